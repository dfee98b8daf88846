from __future__ import annotations

import numpy as np

from entdemo.gallery.index import unit
from entdemo.gallery.match_threshold import Residuals, spread, weak_below

RNG = np.random.default_rng(4)
LABELS = np.repeat(np.arange(4), 50)


def gallery() -> np.ndarray:
    """Four tight classes: what tells cases apart is small beside what tells classes apart."""
    classes = 5 * RNG.normal(size=(4, 32))
    return unit(classes[LABELS] + 0.3 * RNG.normal(size=(200, 32)))


def test_copies_lie_above_the_level_and_other_cases_of_the_class_below() -> None:
    vectors = gallery()
    residuals = Residuals(vectors, LABELS)
    copies = unit(vectors + 0.001 * RNG.normal(size=vectors.shape))
    own = np.einsum("nd,nd->n", residuals.of(vectors), residuals.of(copies))
    others = residuals.of(vectors) @ residuals.of(vectors).T
    np.fill_diagonal(others, -1)
    assert (vectors @ vectors.T)[LABELS[:, None] == LABELS].min() > 0.9
    assert (own > residuals.duplicate_above).mean() > 0.95
    assert (others > residuals.duplicate_above).mean() < 0.001


def test_a_gallery_of_one_case_has_levels_too() -> None:
    one = unit(np.ones((1, 8)))
    residuals = Residuals(one, np.zeros(1, np.int64))
    assert np.array_equal(residuals.of(one), np.zeros((1, 8)))
    assert residuals.duplicate_above < 1


def test_weak_level_parts_two_kinds() -> None:
    same = np.repeat([True, False], 500)
    cosines = np.where(same, 0.8, 0.2).astype(np.float32) + RNG.normal(0, 0.05, 1000)
    assert 0.3 < weak_below(cosines.astype(np.float32), same) < 0.7


def test_weak_level_is_open_where_only_one_kind_is_there() -> None:
    assert weak_below(np.ones(3, np.float32), np.ones(3, bool)) == -1


def test_spread_rows_are_even_and_bounded() -> None:
    assert spread(5, 10).tolist() == [0, 1, 2, 3, 4]
    assert spread(100, 3).tolist() == [0, 49, 99]
    assert spread(0, 3).tolist() == []
