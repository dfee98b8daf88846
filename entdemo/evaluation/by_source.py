"""Figures source by source: a mean over sources hides the one that a model does not know.

A source is a collection of frames of one kind and origin. Within it frames are parted by region;
class figures are given only where at least three classes are present, since with fewer a constant
answer looks good.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entdemo.evaluation import metrics
from entdemo.evaluation.encode import EncodedItems
from entdemo.evaluation.labels import class_labels
from entdemo.evaluation.retrieval import NO_LABEL
from entdemo.taxonomy import REGIONS

LEAST_CLASSES = 3
"""Fewer classes than this give no class figures."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SourceFigures:
    """What weights say of the frames of one source.

    Attributes:
        source: its name.
        n: frames.
        regions: frames of each region that occurs; a label may leave it open.
        region_accuracy: over those, the share whose most probable region is right; None without
            any, as are the next two.
        region_confidence: their mean probability of the most probable region.
        region_ece: expected calibration error of that probability.
        class_frames: frames with a class; 0 where fewer than ``LEAST_CLASSES`` classes occur.
        class_accuracy: over those; None where there are none.
        refused: share that the detector does not let pass.
    """

    source: str
    n: int
    regions: dict[str, int]
    region_accuracy: float | None
    region_confidence: float | None
    region_ece: float | None
    class_frames: int
    class_accuracy: float | None
    refused: float


@dataclass(frozen=True)
class BySource:
    """Figures of every source, and over all of them.

    Attributes:
        sources: in the order of their names.
        region_recall: share of each region's frames that are found as that region; only regions
            that occur.
        region_ece: expected calibration error of the most probable region, over all frames whose
            region is stated; None without any.
    """

    sources: list[SourceFigures]
    region_recall: dict[str, float]
    region_ece: float | None

    @property
    def balanced_region_accuracy(self) -> float | None:
        """Mean over the regions that occur, whatever their number of frames; None without any."""
        recalls = list(self.region_recall.values())
        return float(np.mean(recalls)) if recalls else None

    @property
    def not_measured(self) -> list[str]:
        """Regions of which there is no frame."""
        return [region for region in REGIONS if region not in self.region_recall]

    def to_json(self) -> dict[str, Any]:
        """By name, as ``evaluate --json`` prints it."""
        return {
            "balanced_region_accuracy": self.balanced_region_accuracy,
            "region_recall": self.region_recall,
            "regions_not_measured": self.not_measured,
            "region_ece": self.region_ece,
            "sources": [asdict(source) for source in self.sources],
        }


def by_source(encoded: EncodedItems, refused_above: float) -> BySource:
    """Figures of each source among encoded frames.

    Args:
        encoded: N frames, each with its source; an empty one counts as a source of its own.
        refused_above: distance above which a frame is refused.
    """
    names = np.array([item.source for item in encoded.items])
    truth = region_labels(encoded)
    return BySource(
        sources=[
            _figures(encoded, name, names == name, refused_above)
            for name in np.unique(names).tolist()
        ],
        region_recall={
            region: float((found_regions(encoded)[truth == index] == index).mean())
            for index, region in enumerate(REGIONS)
            if (truth == index).any()
        },
        region_ece=_region_ece(encoded, np.ones(len(names), bool)),
    )


def region_labels(encoded: EncodedItems) -> NDArray[np.int64]:
    """int64 [N], index of each frame's region in ``taxonomy.REGIONS``, or ``NO_LABEL``."""
    regions = [item.region for item in encoded.items]
    return np.array([REGIONS.index(it) if it else NO_LABEL for it in regions], np.int64)


def found_regions(encoded: EncodedItems) -> NDArray[np.int64]:
    """int64 [N], index of each frame's most probable region."""
    found: NDArray[np.int64] = encoded.frames.regions.argmax(axis=1)
    return found


def enough_classes(labels: NDArray[np.int64]) -> bool:
    """Whether labels, ``NO_LABEL`` left out, are of enough classes for class figures."""
    return len(np.unique(labels[labels != NO_LABEL])) >= LEAST_CLASSES


def _region_ece(encoded: EncodedItems, rows: Bools) -> float | None:
    """Over those of the rows whose region is stated."""
    labels = region_labels(encoded)
    known = rows & (labels != NO_LABEL)
    if not known.any():
        return None
    return metrics.expected_calibration_error(encoded.frames.regions[known], labels[known])


def _figures(encoded: EncodedItems, name: str, rows: Bools, refused_above: float) -> SourceFigures:
    frames = encoded.frames
    regions = region_labels(encoded)
    stated = rows & (regions != NO_LABEL)
    truth, found = regions[stated], found_regions(encoded)[stated]
    labels = class_labels(encoded.items)
    known = rows & (labels != NO_LABEL) & enough_classes(labels[rows])
    right = frames.probabilities[known].argmax(axis=1) == labels[known]
    return SourceFigures(
        source=name,
        n=int(rows.sum()),
        regions={
            region: int((truth == index).sum())
            for index, region in enumerate(REGIONS)
            if (truth == index).any()
        },
        region_accuracy=float((truth == found).mean()) if len(truth) else None,
        region_confidence=(
            float(frames.regions[stated].max(axis=1).mean()) if len(truth) else None
        ),
        region_ece=_region_ece(encoded, rows),
        class_frames=int(known.sum()),
        class_accuracy=float(right.mean()) if known.any() else None,
        refused=float((frames.distances[rows] > refused_above).mean()),
    )
