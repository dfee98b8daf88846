"""What weights learned from, by the training record in their ``entdemo.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sources_of(training: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything that was trained on, that of the weights a run started from included.

    Args:
        training: a recipe as ``TrainConfig.without_places`` gives it, with ``start`` where the run
            went on from other weights, see ``start.record_of``. Weights that were trained
            elsewhere may tell nothing.

    Returns:
        The oldest first, none twice.
    """
    earlier = training.get("start") or {}
    found = sources_of(earlier["training"]) if "training" in earlier else []
    if "train" in training.get("data", {}):
        found.append(training["data"]["train"])
    for stage in training.get("stages", ()):
        soup = stage.get("soup", ()) or stage.get("branches", ())  # its name in older records
        found += [run["frames"] for run in (stage, *soup) if run.get("frames")]
    return [source for at, source in enumerate(found) if source not in found[:at]]
