"""Classification figures against hand-computed cases and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from entdemo.evaluation import metrics
from entdemo.taxonomy import CLASSES

TRUTH = np.array([0, 0, 0, 1, 1, 4])
PREDICTED = np.array([0, 0, 1, 0, 1, 6])


def test_accuracy_by_hand() -> None:
    assert metrics.accuracy(TRUTH, PREDICTED) == pytest.approx(3 / 6)


def test_macro_f1_by_hand() -> None:
    """Class 0: P = R = 2/3; class 1: P = R = 1/2; class 4: 0; class 6 is not in the truth."""
    assert metrics.macro_f1(TRUTH, PREDICTED) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_per_class_by_hand() -> None:
    rows = metrics.per_class(TRUTH, PREDICTED)
    assert [(row.class_name, row.frames) for row in rows] == [
        ("nose-right", 3), ("nose-left", 2), ("vc-open", 1),
    ]  # fmt: skip
    assert (rows[1].precision, rows[1].recall, rows[1].f1) == (0.5, 0.5, 0.5)
    assert (rows[2].precision, rows[2].recall, rows[2].f1) == (0, 0, 0)


def test_confusion_has_every_class_and_counts_all() -> None:
    counts = metrics.confusion(TRUTH, PREDICTED)
    assert list(counts) == list(CLASSES)
    assert all(list(row) == list(CLASSES) for row in counts.values())
    assert counts["nose-right"]["nose-left"] == 1
    assert counts["vc-open"]["throat"] == 1
    assert sum(sum(row.values()) for row in counts.values()) == len(TRUTH)


def test_swaps_count_both_ways_and_leave_out_absent_classes() -> None:
    counts = metrics.confusion(TRUTH, PREDICTED)
    right, left = metrics.swaps(counts, metrics.SIDES)
    assert (right.true, right.predicted, right.count, right.frames) == (
        "nose-right", "nose-left", 1, 3,
    )  # fmt: skip
    assert right.rate == pytest.approx(1 / 3)
    assert (left.true, left.count, left.rate) == ("nose-left", 1, 0.5)
    assert metrics.swap_rate_in_pair([right, left]) == pytest.approx(2 / 5)
    (cords,) = metrics.swaps(counts, metrics.CORD_STATES)
    assert (cords.true, cords.predicted, cords.count) == ("vc-open", "vc-closed", 0)
    assert metrics.swap_rate_in_pair([cords]) is None, "the only one is taken for a throat"


def probabilities_for(confidences: list[float]) -> np.ndarray:
    """[N, 7], class 0 with each confidence, the rest shared by the others."""
    best = np.array(confidences)[:, None]
    return np.hstack([best, np.repeat((1 - best) / 6, 6, axis=1)])


def test_ece_by_hand() -> None:
    """Two bins: {0.9, 0.92} with one hit, {0.5} with a hit."""
    probabilities = probabilities_for([0.9, 0.92, 0.5])
    ece = metrics.expected_calibration_error(probabilities, np.array([0, 3, 0]))
    assert ece == pytest.approx((2 * abs(0.5 - 0.91) + 1 * abs(1 - 0.5)) / 3)


def test_ece_bins_hold_their_upper_edge() -> None:
    (low,) = metrics.reliability(probabilities_for([0.6]), np.array([0]), bins=5)
    assert (low.low, low.high) == pytest.approx((0.4, 0.6))
    (top,) = metrics.reliability(probabilities_for([1.0]), np.array([0]), bins=5)
    assert (top.high, top.frames, top.confidence, top.accuracy) == (1, 1, 1, 1)


@st.composite
def answers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    seed = draw(st.integers(0, 10_000))
    generator = np.random.default_rng(seed)
    count = draw(st.integers(1, 60))
    return generator.dirichlet(np.full(7, 0.4), count), generator.integers(0, 7, count)


@settings(max_examples=40, deadline=None)
@given(answers())
def test_figures_equal_plain_loops(answer: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, truth = answer
    predicted = probabilities.argmax(1)
    right = 0
    bins: dict[int, list[tuple[float, bool]]] = {}
    for row, label in zip(probabilities.tolist(), truth.tolist(), strict=True):
        best = max(range(7), key=row.__getitem__)
        right += best == label
        bins.setdefault(int(np.ceil(row[best] * 15)) - 1, []).append((row[best], best == label))
    gap = sum(abs(sum(c for c, _ in rows) - sum(ok for _, ok in rows)) for rows in bins.values())
    assert metrics.accuracy(truth, predicted) == pytest.approx(right / len(truth))
    ece = metrics.expected_calibration_error(probabilities, truth)
    assert ece == pytest.approx(gap / len(truth))
    present = sorted(set(truth.tolist()))
    expected = f1_score(truth, predicted, labels=present, average="macro", zero_division=0)
    assert metrics.macro_f1(truth, predicted) == pytest.approx(expected)
