from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entdemo.ui.quiz import LEVELS
from entdemo.ui.quiz_difficulty import levels, margins


def on_circle(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_a_case_between_the_classes_has_the_smallest_margin() -> None:
    vectors = on_circle(0, 10, 40, 90, 100, 60)
    found = margins(vectors, ["a", "a", "a", "b", "b", "b"])
    assert found[0] == pytest.approx(np.cos(np.radians(10)) - np.cos(np.radians(60)), abs=1e-6)
    assert found.argmin() in (2, 5)
    assert found[2] < 0


def test_a_case_alone_in_its_class_has_no_near_hit() -> None:
    found = margins(on_circle(0, 90), ["a", "b"])
    assert found == pytest.approx([-1, -1], abs=1e-6)


def test_blocks_do_not_change_the_result() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(1100, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [f"c{n % 5}" for n in range(1100)]
    whole = vectors @ vectors.T
    row = 777
    same = np.array([n % 5 == row % 5 for n in range(1100)])
    hit = whole[row][same & (np.arange(1100) != row)].max()
    assert margins(vectors, names)[row] == pytest.approx(hit - whole[row][~same].max(), abs=1e-6)


@given(st.lists(st.floats(-2, 2, width=32), min_size=3, max_size=40))
def test_levels_are_thirds_and_harder_ones_have_smaller_margins(values: list[float]) -> None:
    found = levels(np.array(values, np.float32))
    sizes = Counter(found)
    assert max(sizes.values()) - min(sizes[level] for level in LEVELS) <= 1
    by_level = {
        level: [v for v, f in zip(values, found, strict=True) if f == level] for level in LEVELS
    }
    assert min(by_level["easy"]) >= max(by_level["medium"])
    assert min(by_level["medium"]) >= max(by_level["hard"])


def test_no_cases_have_no_levels() -> None:
    assert levels(np.zeros(0, np.float32)) == []
