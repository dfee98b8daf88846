"""When a finding counts as told better than its base rate."""

from __future__ import annotations

import numpy as np

from benchmarks.findings import fit, is_told, judged

RNG = np.random.default_rng(7)
SHOWN = np.arange(400) % 4 == 0
GROUPS = np.arange(400) // 2
LIKE = RNG.normal(size=400) + 3 * SHOWN
BLIND = RNG.normal(size=400)


def test_a_curve_states_the_share_that_is_there() -> None:
    stated = fit([(LIKE, SHOWN)]).at(LIKE)
    assert abs(stated.mean() - SHOWN.mean()) < 0.01


def test_a_small_source_counts_as_much_as_a_large_one() -> None:
    always, never = np.ones(50, bool), np.zeros(350, bool)
    always[0], never[0] = False, True
    curve = fit([(BLIND[:50], always), (BLIND[50:], never)])
    assert 0.4 < curve.at(BLIND).mean() < 0.6


def test_likeness_is_told_and_noise_is_not() -> None:
    for products, told in ((LIKE, True), (BLIND, False)):
        stated = fit([(products, SHOWN)]).at(products)
        drawn, real = (
            judged(("ear", "wax", source), SHOWN, stated, GROUPS) for source in ("drawn", "scope")
        )
        assert is_told([drawn, real]) is told


def test_drawn_frames_alone_and_overstated_likelihoods_are_not_enough() -> None:
    stated = fit([(LIKE, SHOWN)]).at(LIKE)
    assert not is_told([judged(("ear", "wax", "drawn"), SHOWN, stated, GROUPS)])
    assert not is_told([judged(("ear", "wax", "scope"), SHOWN, stated**0.05, GROUPS)])
