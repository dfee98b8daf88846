"""Are the fused depths used: how their gates spread, and what is lost without each depth.

``python -m benchmarks.gates FRAMES [--weights W] [--figure FILE] [--json]``

FRAMES is a folder as ``entdemo evaluate`` takes it. Each depth is left out by closing its gate: the
others share its weight, nothing is trained anew.
"""

from __future__ import annotations

import json as jsonlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from entdemo.boundary import guarded
from entdemo.cli.bundle import open_bundle
from entdemo.data.dataset import read_data
from entdemo.evaluation.by_source import by_source
from entdemo.evaluation.encode import EncodedItems
from entdemo.evaluation.labels import class_labels
from entdemo.evaluation.retrieval import NO_LABEL
from entdemo.image.frame import load_frame
from entdemo.inference.encoder import Encoder
from entdemo.model.fusion import FusionHead
from entdemo.settings import DEFAULT_WEIGHTS

_ENDS = ("mean", "p5", "p95")
_CLOSED = -1e4
"""Added to a gate's score: its weight is then 0 in float32."""


def level_name(level: int) -> str:
    """As tables name a depth: 0 is the pooled stem, others are blocks of the tower."""
    return f"block {level}" if level else "stem"


def spread(gates: NDArray[np.float32]) -> list[dict[str, float]]:
    """Mean, standard deviation, 5th and 95th percentile of each column of [N, L] gates."""
    low, high = np.percentile(gates, (5, 95), axis=0)
    rows = zip(gates.mean(axis=0), gates.std(axis=0), low, high, strict=True)
    return [
        {"mean": float(mean), "sd": float(sd), "p5": float(p5), "p95": float(p95)}
        for mean, sd, p5, p95 in rows
    ]


@contextmanager
def closed(head: FusionHead, level: int) -> Iterator[None]:
    """Inside, the gate of one depth, counted from 0, gives it no weight."""
    bias = head.gates[level].bias
    kept = bias.detach().clone()
    with torch.no_grad():
        bias.add_(_CLOSED)
    try:
        yield
    finally:
        with torch.no_grad():
            bias.copy_(kept)


def measure(encoder: Encoder, data: Path) -> dict[str, Any]:
    """Spread of the gates in all and by source, and accuracy whole and without each depth.

    Raises:
        UserError: see ``data.dataset.read_data``; or a picture cannot be read.
    """
    head, levels = encoder.bundle.model.head, encoder.bundle.info.fusion.levels
    items = read_data(data).items
    frames = (load_frame(item.file) for item in items)
    read = [(frame.digest, encoder.square(frame)) for frame in frames]
    squares = np.stack([square for _, square in read])
    whole = EncodedItems(items, [digest for digest, _ in read], encoder.frames(squares), [])
    accuracy = {"none": _accuracy(encoder, whole)}
    for index, level in enumerate(levels):
        with closed(head, index):
            without = replace(whole, frames=encoder.frames(squares))
        accuracy[level_name(level)] = _accuracy(encoder, without)
    sources = np.array([item.source for item in items])
    gates = whole.frames.gates
    return {
        "n": len(items),
        "levels": [level_name(level) for level in levels],
        "all": spread(gates),
        "sources": {
            str(name): {"n": int((sources == name).sum()), "gates": spread(gates[sources == name])}
            for name in np.unique(sources)
        },
        "without": accuracy,
    }


def _accuracy(encoder: Encoder, encoded: EncodedItems) -> dict[str, float | None]:
    """Region accuracy averaged over regions, and class accuracy where classes are known."""
    figures = by_source(encoded, encoder.bundle.info.ood.threshold)
    labels = class_labels(encoded.items)
    known = labels != NO_LABEL
    right = encoded.frames.probabilities.argmax(axis=1)[known] == labels[known]
    return {
        "region": figures.balanced_region_accuracy,
        "class": float(right.mean()) if known.any() else None,
    }


def tables(measured: dict[str, Any]) -> list[Table]:
    """The gates by source, then what is lost without each depth."""
    names = measured["levels"]
    spreads = Table(
        title="Mean weight of each depth (5th to 95th percentile)", title_justify="left"
    )
    for column in ("source", "frames", *names):
        spreads.add_column(column)
    rows = {"all": {"n": measured["n"], "gates": measured["all"]}, **measured["sources"]}
    for name, row in rows.items():
        cells = [f"{it['mean']:.2f}\n{it['p5']:.2f}-{it['p95']:.2f}" for it in row["gates"]]
        spreads.add_row(name, str(row["n"]), *cells)
    lost = Table(title="Accuracy without a depth", title_justify="left")
    for column in ("without", "region, mean over regions", "class"):
        lost.add_column(column)
    for name, row in measured["without"].items():
        cells = ["not measured" if row[key] is None else f"{row[key]:.3f}" for key in row]
        lost.add_row(name, *cells)
    return [spreads, lost]


def draw_figure(measured: dict[str, Any], file: Path) -> None:
    """A bar a source and depth: mean weight, with the 5th to 95th percentile as a line."""
    from matplotlib.figure import Figure

    sources = measured["sources"]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(sources)
    at = np.arange(len(measured["levels"]))
    for number, (name, row) in enumerate(sources.items()):
        mean, low, high = (np.array([it[key] for it in row["gates"]]) for key in _ENDS)
        place = at + (number - (len(sources) - 1) / 2) * width
        axes.bar(place, mean, width, label=f"{name} (n = {row['n']})")
        axes.errorbar(place, mean, [mean - low, high - mean], fmt="none", ecolor="0.3", lw=0.8)
    axes.set_xticks(at, measured["levels"])
    axes.set_ylabel("weight in the fusion")
    axes.legend(fontsize="small")
    figure.savefig(file, dpi=110)


def main(
    frames: Annotated[Path, typer.Argument(help="A sub-folder a class or region.")],
    weights: Annotated[str, typer.Option()] = str(DEFAULT_WEIGHTS),
    figure: Annotated[Path | None, typer.Option(help="PNG file to write.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print how the gates spread and what is lost without each depth."""
    measured = measure(Encoder(open_bundle(weights)), frames)
    if figure is not None:
        draw_figure(measured, figure)
    if json:
        typer.echo(jsonlib.dumps(measured, indent=1))
    else:
        for table in tables(measured):
            Console().print(table)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
