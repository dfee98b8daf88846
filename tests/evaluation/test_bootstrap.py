"""Intervals: they cover, they widen by group, and they repeat."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from entdemo.evaluation.bootstrap import macro_f1_interval, macro_f1_of, mean_interval


def test_interval_of_a_share_is_the_binomial_one() -> None:
    """80 of 100 right: 0.8 +- 1.96 sqrt(.8 * .2 / 100) = 0.722 to 0.878."""
    values = np.r_[np.ones(80), np.zeros(20)]
    low, high = mean_interval(values, np.arange(100)) or (0, 0)
    assert low == pytest.approx(0.722, abs=0.012)
    assert high == pytest.approx(0.878, abs=0.012)


def test_it_repeats() -> None:
    values = np.random.default_rng(1).random(30)
    assert mean_interval(values, np.arange(30)) == mean_interval(values, np.arange(30))


def test_alike_frames_of_a_group_do_not_narrow_it() -> None:
    """Each value ten times over, as one group: the interval is that of the single values."""
    values = np.random.default_rng(2).random(20)
    single = mean_interval(values, np.arange(20))
    repeated = mean_interval(np.repeat(values, 10), np.repeat(np.arange(20), 10))
    assert repeated == pytest.approx(single)
    as_if_apart = mean_interval(np.repeat(values, 10), np.arange(200))
    assert single is not None
    assert as_if_apart is not None
    assert np.diff(as_if_apart) < np.diff(single) / 2


def test_one_group_gives_no_interval() -> None:
    assert mean_interval(np.ones(5), np.zeros(5, np.int64)) is None
    assert macro_f1_interval(np.zeros(5, int), np.zeros(5, int), np.zeros(5, np.int64)) is None


def test_macro_f1_of_counts_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(3)
    truth, predicted = generator.integers(0, 4, 50), generator.integers(0, 7, 50)
    counts = np.zeros((1, 7, 7))
    np.add.at(counts[0], (truth, predicted), 1)
    expected = f1_score(truth, predicted, labels=range(4), average="macro", zero_division=0)
    assert macro_f1_of(counts)[0] == pytest.approx(expected)


def test_macro_f1_interval_equals_a_plain_loop() -> None:
    generator = np.random.default_rng(4)
    truth = generator.integers(0, 3, 60)
    predicted = np.where(generator.random(60) < 0.7, truth, generator.integers(0, 7, 60))
    groups = np.arange(60) // 3
    low, high = macro_f1_interval(truth, predicted, groups) or (0, 0)
    figures = []
    for _ in range(600):
        chosen = np.concatenate(
            [np.flatnonzero(groups == group) for group in generator.integers(0, 20, 20)]
        )
        figures.append(
            f1_score(
                truth[chosen], predicted[chosen], labels=np.unique(truth[chosen]),
                average="macro", zero_division=0,
            )
        )  # fmt: skip
    assert (low, high) == pytest.approx(np.percentile(figures, [2.5, 97.5]), abs=0.03)
