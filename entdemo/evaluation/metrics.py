"""Figures of classification, as pure functions of labels and probabilities.

Labels are indices into ``taxonomy.CLASSES``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from entdemo.taxonomy import CLASSES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ECE_BINS = 15
SIDES: tuple[tuple[str, str], ...] = (("nose-right", "nose-left"), ("ear-right", "ear-left"))
CORD_STATES: tuple[tuple[str, str], ...] = (("vc-open", "vc-closed"),)


@dataclass(frozen=True)
class ClassFigures:
    """How well one class is found; precision is 0 where it is never predicted."""

    class_name: str
    frames: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Swap:
    """How often one class of a pair is taken for the other.

    Attributes:
        true: the class that is there.
        predicted: the other of the pair.
        count: frames of ``true`` taken for ``predicted``.
        kept: frames of ``true`` taken for what they are.
        frames: all frames of ``true``.
    """

    true: str
    predicted: str
    count: int
    kept: int
    frames: int

    @property
    def rate(self) -> float:
        """Share of all frames, 0 to 1."""
        return self.count / self.frames


def swap_rate_in_pair(swaps: Sequence[Swap]) -> float | None:
    """Share of swaps among the frames taken for either class of their pair.

    Chance is one half, however often the pair itself is missed; None where it always is.
    """
    count = sum(swap.count for swap in swaps)
    placed = count + sum(swap.kept for swap in swaps)
    return count / placed if placed else None


def accuracy(truth: Ints, predicted: Ints) -> float:
    """Share of equal entries of two int64 [N], N at least 1."""
    return float(np.mean(truth == predicted))


def macro_f1(truth: Ints, predicted: Ints) -> float:
    """Mean F1 over the classes present in ``truth``."""
    return float(np.mean([row.f1 for row in per_class(truth, predicted)]))


def per_class(truth: Ints, predicted: Ints) -> list[ClassFigures]:
    """Precision, recall and F1 of each class present in ``truth``, in taxonomy order."""
    present = np.unique(truth)
    columns = precision_recall_fscore_support(truth, predicted, labels=present, zero_division=0.0)
    return [
        ClassFigures(CLASSES[label], int(frames), float(precision), float(recall), float(f1))
        for label, precision, recall, f1, frames in zip(present, *columns, strict=True)
    ]


def confusion(truth: Ints, predicted: Ints) -> dict[str, dict[str, int]]:
    """Counts by true class, then by predicted class; every class has its row and column."""
    counts = confusion_matrix(truth, predicted, labels=range(len(CLASSES)))
    return {
        true: {name: int(count) for name, count in zip(CLASSES, row, strict=True)}
        for true, row in zip(CLASSES, counts, strict=True)
    }


def swaps(
    counts: dict[str, dict[str, int]], pairs: Sequence[tuple[str, str]] = SIDES
) -> list[Swap]:
    """Confusions within pairs of classes, both ways, where the true class occurs.

    Args:
        counts: see ``confusion``.
        pairs: for example ``SIDES`` or ``CORD_STATES``.
    """
    both_ways = [order for pair in pairs for order in (pair, pair[::-1])]
    found = [
        Swap(true, other, counts[true][other], counts[true][true], sum(counts[true].values()))
        for true, other in both_ways
    ]
    return [swap for swap in found if swap.frames]


def expected_calibration_error(probabilities: Floats, truth: Ints, bins: int = ECE_BINS) -> float:
    """Mean gap between confidence and accuracy, weighted by the bins' sizes.

    Bins have equal width and hold their upper edge. Source: Guo et al., "On calibration of modern
    neural networks", ICML 2017.

    Args:
        probabilities: [N, C], rows sum to 1.
        truth: int64 [N].
        bins: number of bins over 0..1.
    """
    rows = reliability(probabilities, truth, bins)
    return sum(row.frames * abs(row.accuracy - row.confidence) for row in rows) / len(truth)


@dataclass(frozen=True)
class ReliabilityBin:
    """Mean confidence and accuracy of the frames whose confidence lies in (low, high]."""

    low: float
    high: float
    frames: int
    confidence: float
    accuracy: float


def reliability(probabilities: Floats, truth: Ints, bins: int = ECE_BINS) -> list[ReliabilityBin]:
    """The bins that hold at least one frame, see ``expected_calibration_error``."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == truth
    edges = np.linspace(0, 1, bins + 1)
    index = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    return [
        ReliabilityBin(
            low=float(edges[bin_]),
            high=float(edges[bin_ + 1]),
            frames=int(np.sum(index == bin_)),
            confidence=float(confidence[index == bin_].mean()),
            accuracy=float(correct[index == bin_].mean()),
        )
        for bin_ in np.unique(index)
    ]
