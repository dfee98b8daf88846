"""Labelled frames in, figures out: classification, calibration, retrieval, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entdemo.bundle.record import sources_of
from entdemo.data.dataset import DataSet, HeldOut, read_data
from entdemo.evaluation import metrics
from entdemo.evaluation.bootstrap import macro_f1_interval, mean_interval
from entdemo.evaluation.by_source import by_source, enough_classes, found_regions, region_labels
from entdemo.evaluation.encode import EncodedItems, encode_items
from entdemo.evaluation.labels import class_labels, group_numbers
from entdemo.evaluation.pool import Pool, pool_of
from entdemo.evaluation.report import ClassReport, Report
from entdemo.evaluation.retrieval import NO_LABEL
from entdemo.evaluation.searches import search_all
from entdemo.inference.encoder import Encoder, Progress
from entdemo.taxonomy import CLASSES

Ints = NDArray[np.int64]


def evaluate(encoder: Encoder, data: Path, progress: Progress | None = None) -> Report:
    """Evaluate weights on a folder of labelled frames, see ``examine``."""
    return examine(encoder, data, progress).report


@dataclass(frozen=True)
class Examined:
    """A report, and the frames with a class that it searched."""

    report: Report
    pool: Pool


def examine(encoder: Encoder, data: Path, progress: Progress | None = None) -> Examined:
    """Evaluate weights on a folder of labelled frames.

    Weights that were trained on an ENTRep folder are measured, on an ENTRep folder, on what the
    same split holds out.

    Args:
        encoder: of the weights.
        data: see ``dataset.read_data``.
        progress: told after each batch.

    Raises:
        UserError: see ``dataset.read_data``; or no picture can be read.
    """
    found = read_data(data, held_out(encoder.bundle.info.training))
    encoded = encode_items(encoder, found.items, progress)
    pool = pool_of(encoder, encoded)
    return Examined(_report(encoder, found, encoded, pool), pool)


def _report(encoder: Encoder, found: DataSet, encoded: EncodedItems, pool: Pool) -> Report:
    groups = group_numbers(encoded)
    regions = region_labels(encoded)
    stated = regions != NO_LABEL
    right_region = (found_regions(encoded) == regions)[stated].astype(np.float64)
    fits = _fits(encoded)
    passes = encoded.frames.distances <= encoder.bundle.info.ood.threshold
    return Report(
        n=len(encoded.items),
        skipped=[*found.skipped, *encoded.skipped],
        notes=found.notes,
        in_distribution=float(passes.mean()),
        label_accuracy=float(fits.mean()),
        label_accuracy_ci95=mean_interval(fits, groups),
        region_frames=int(stated.sum()),
        region_accuracy=float(right_region.mean()) if stated.any() else None,
        region_accuracy_ci95=mean_interval(right_region, groups[stated]),
        by_source=by_source(encoded, encoder.bundle.info.ood.threshold),
        classes=_class_report(encoded, groups),
        retrieval=search_all(encoder, pool),
    )


def held_out(training: Mapping[str, Any]) -> HeldOut | None:
    """What weights did not learn from, by their training record; None for all other data.

    Weights that a run started from count as well: what they learned from is no longer held out.
    """
    try:
        shares = [source for source in sources_of(training) if "validation_share" in source]
        latest = shares[-1]
        return HeldOut(float(latest["validation_share"]), int(latest["seed"]))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def _fits(encoded: EncodedItems) -> NDArray[np.float64]:
    """[N] 1 where the most probable class is one that the label leaves open, else 0."""
    found = encoded.frames.probabilities.argmax(axis=1).tolist()
    pairs = zip(encoded.items, found, strict=True)
    return np.array([CLASSES[at] in item.open for item, at in pairs], np.float64)


def _class_report(encoded: EncodedItems, groups: Ints) -> ClassReport | None:
    labels = class_labels(encoded.items)
    known = labels != NO_LABEL
    if not enough_classes(labels):
        return None
    truth, probabilities = labels[known], encoded.frames.probabilities[known]
    predicted = probabilities.argmax(axis=1)
    counts = metrics.confusion(truth, predicted)
    right = (truth == predicted).astype(np.float64)
    return ClassReport(
        frames=len(truth),
        accuracy=metrics.accuracy(truth, predicted),
        accuracy_ci95=mean_interval(right, groups[known]),
        macro_f1=metrics.macro_f1(truth, predicted),
        macro_f1_ci95=macro_f1_interval(truth, predicted, groups[known]),
        ece=metrics.expected_calibration_error(probabilities, truth),
        confusion=counts,
        per_class=metrics.per_class(truth, predicted),
        sides=metrics.swaps(counts, metrics.SIDES),
        cord_states=metrics.swaps(counts, metrics.CORD_STATES),
        reliability=metrics.reliability(probabilities, truth),
    )
