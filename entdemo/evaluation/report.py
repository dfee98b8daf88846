"""The result of an evaluation, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entdemo.evaluation.bootstrap import Interval
from entdemo.evaluation.by_source import BySource
from entdemo.evaluation.metrics import ClassFigures, ReliabilityBin, Swap
from entdemo.storage.skipped import Skipped


@dataclass(frozen=True)
class RetrievalFigures:
    """Leave-one-out retrieval, for people and machines alike.

    Attributes:
        queries: number of queries that have at least one possible hit.
        recall_1: share whose nearest frame is a hit.
        recall_5: share with a hit among the five nearest.
        mrr: mean of 1 / rank of the first hit.
        recall_1_ci95: None with fewer than two groups.
        mrr_ci95: likewise.
    """

    queries: int
    recall_1: float
    recall_5: float
    mrr: float
    recall_1_ci95: Interval | None
    mrr_ci95: Interval | None


@dataclass(frozen=True)
class ClassReport:
    """Figures over the frames whose class is known.

    Attributes:
        frames: their number.
        ece: expected calibration error over 15 bins.
        confusion: counts by true class, then predicted class.
        per_class: of the classes that occur.
        sides: nose and ear taken for the other side.
        cord_states: open cords taken for closed, and the reverse.
        reliability: what the calibration error is made of.
    """

    frames: int
    accuracy: float
    accuracy_ci95: Interval | None
    macro_f1: float
    macro_f1_ci95: Interval | None
    ece: float
    confusion: dict[str, dict[str, int]]
    per_class: list[ClassFigures]
    sides: list[Swap]
    cord_states: list[Swap]
    reliability: list[ReliabilityBin]


@dataclass(frozen=True)
class Report:
    """Everything that a data set says about weights.

    Attributes:
        n: frames read.
        skipped: files and entries that were left out.
        notes: what else is to be said of the data, a line each.
        in_distribution: share of the frames that the detector lets pass.
        label_accuracy: over all frames, the share whose most probable class is one that the label
            leaves open, as either ear for a label without a side.
        region_frames: frames whose region is stated.
        region_accuracy: over those; None without any.
        by_source: figures of each source, and over regions.
        classes: None where frames of fewer than three classes are there.
        retrieval: by query, answer and hit; ``IMAGE`` and ``TEXT`` are those of the JSON. What
            the data cannot give is missing.
    """

    n: int
    skipped: list[Skipped]
    notes: list[str]
    in_distribution: float
    label_accuracy: float
    label_accuracy_ci95: Interval | None
    region_frames: int
    region_accuracy: float | None
    region_accuracy_ci95: Interval | None
    by_source: BySource
    classes: ClassReport | None
    retrieval: Mapping[str, RetrievalFigures]

    def to_json(self) -> dict[str, Any]:
        """Figures by name; null where the data cannot give one."""
        image, text = self.retrieval.get(IMAGE), self.retrieval.get(TEXT)
        classes = self.classes
        return {
            "n": self.n,
            "accuracy": classes.accuracy if classes else None,
            "macro_f1": classes.macro_f1 if classes else None,
            "region_accuracy": self.region_accuracy,
            "label_accuracy": self.label_accuracy,
            "confusion": classes.confusion if classes else None,
            "ece": classes.ece if classes else None,
            "image_retrieval": _retrieval_json(image),
            "text_retrieval": _retrieval_json(text),
            "ci95": {
                "accuracy": _ends(classes.accuracy_ci95 if classes else None),
                "macro_f1": _ends(classes.macro_f1_ci95 if classes else None),
                "region_accuracy": _ends(self.region_accuracy_ci95),
                "label_accuracy": _ends(self.label_accuracy_ci95),
                "image_recall@1": _ends(image.recall_1_ci95 if image else None),
                "text_recall@1": _ends(text.recall_1_ci95 if text else None),
                "image_mrr": _ends(image.mrr_ci95 if image else None),
                "text_mrr": _ends(text.mrr_ci95 if text else None),
            },
            "in_distribution": self.in_distribution,
            "by_source": self.by_source.to_json(),
        }


IMAGE = "frame to frame: class"
TEXT = "text to frame: class"


def _retrieval_json(figures: RetrievalFigures | None) -> dict[str, float | None]:
    return {
        "recall@1": figures.recall_1 if figures else None,
        "recall@5": figures.recall_5 if figures else None,
        "mrr": figures.mrr if figures else None,
    }


def _ends(interval: Interval | None) -> list[float] | None:
    return list(interval) if interval else None
