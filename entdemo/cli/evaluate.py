"""``evaluate``, ``robustness`` and ``texts``: how good weights are on labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.bundle import open_encoder
from entdemo.cli.output import (
    Device,
    Json,
    Weights,
    err,
    out,
    print_json,
    progress_bar,
    tell_taken,
)


def evaluate(
    data: Annotated[Path, typer.Argument(help="A sub-folder a label, or ENTRep.")],
    weights: Weights,
    device: Device,
    to: Annotated[
        Path | None, typer.Option("--report", help="Folder for JSON, Markdown and figures.")
    ] = None,
    json: Json = False,
) -> None:
    """Accuracy, calibration and retrieval on labelled frames, with 95 % intervals.

    Retrieval is among DATA itself, each query left out. A captions.csv adds text retrieval.
    """
    from entdemo.evaluation.evaluate import examine

    if to is not None:
        _require_figures()
    encoder = open_encoder(weights, device)
    with progress_bar("frames") as progress:
        examined = examine(encoder, data, progress)
    report = examined.report
    if to is not None:
        from entdemo.evaluation.report_folder import write_report

        write_report(to, f"{encoder.bundle.info.name} on {data.resolve().name}", encoder, examined)
    for note in report.notes:
        err.print(note, highlight=False, soft_wrap=True)
    if json:
        print_json(report.to_json())
    else:
        from entdemo.evaluation.tables import report_table

        out.print(report_table(report))
    tell_taken(report.n, report.skipped)


def robustness(
    data: Annotated[Path, typer.Argument(help="A sub-folder a class, or ENTRep.")],
    weights: Weights,
    device: Device,
    json: Json = False,
) -> None:
    """Accuracy lost to blur, glare, dark, noise, JPEG and crop, each at three strengths."""
    from entdemo.evaluation.robustness import measure

    with progress_bar("frames") as progress:
        report = measure(open_encoder(weights, device), data, progress)
    if json:
        print_json(report.to_json())
    else:
        out.print(report.table())
    tell_taken(report.n, report.skipped)


def _require_figures() -> None:
    from entdemo.evaluation.figures import require_matplotlib

    require_matplotlib()


def texts(
    file: Annotated[Path, typer.Argument(help='Lines {"text": ..., "class": ...}, or a CSV.')],
    weights: Weights,
    device: Device,
    json: Json = False,
) -> None:
    """Accuracy on labelled sentences, English or Vietnamese."""
    from entdemo.evaluation.texts import evaluate_texts

    with progress_bar("texts") as progress:
        report = evaluate_texts(open_encoder(weights, device), file, progress)
    if json:
        print_json(report.to_json())
    else:
        out.print(report.table())
