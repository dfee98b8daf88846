"""``evaluate`` and ``texts``: how good weights are on labelled frames or sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.commands.bundle import open_bundle
from entdemo.commands.output import (
    DEFAULTS,
    Device,
    Json,
    Weights,
    err,
    out,
    print_json,
    progress_bar,
)


def evaluate(
    data: Annotated[Path, typer.Argument(help="A sub-folder a class or region, or ENTRep.")],
    weights: Weights = DEFAULTS.weights,
    device: Device = DEFAULTS.device,
    json: Json = False,
) -> None:
    """Accuracy, calibration and retrieval on labelled frames, with 95 % intervals.

    Retrieval is among DATA itself, each query left out. A captions.csv adds text retrieval.
    """
    from entdemo.evaluation.evaluate import evaluate

    with progress_bar("frames") as progress:
        report = evaluate(open_bundle(weights, device), data, progress)
    for note in report.notes:
        err.print(note, highlight=False)
    if json:
        if report.skipped:
            err.print(f"Pictures skipped: {len(report.skipped)}")
        print_json(report.to_json())
    else:
        out.print(report.table())


def texts(
    file: Annotated[Path, typer.Argument(help='Lines {"text": ..., "class": ...}.')],
    weights: Weights = DEFAULTS.weights,
    device: Device = DEFAULTS.device,
    json: Json = False,
) -> None:
    """Accuracy on labelled sentences, English or Vietnamese."""
    from entdemo.evaluation.texts import evaluate_texts

    with progress_bar("texts") as progress:
        report = evaluate_texts(open_bundle(weights, device), file, progress)
    if json:
        print_json(report.to_json())
    else:
        out.print(report.table())
