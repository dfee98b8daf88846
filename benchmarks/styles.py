"""Is each region known in frames of every style, and is no region a sink for all others?

``python -m benchmarks.styles [--n 400] [--weights W] [--json]`` draws frames of each style and
prints recall and precision of each region.
"""

from __future__ import annotations

import json as jsonlib
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from entdemo.boundary import guarded
from entdemo.cli.bundle import open_encoder
from entdemo.image.frame import Frame, frame_from_array
from entdemo.inference.encoder import Encoder
from entdemo.phantom.frame import draw
from entdemo.phantom.lens import STYLES
from entdemo.settings import Settings
from entdemo.taxonomy import CLASSES, REGIONS, region_of

Ints = NDArray[np.int64]

_SEED = 9_090_000_000
"""Beyond every seed of a recipe or a test folder."""
_BATCH = 64


def region_frames(style: str, n: int) -> Iterator[tuple[int, Frame]]:
    """``n`` frames of a style with their region's number; the four regions take turns."""
    for index in range(n):
        region = index % len(REGIONS)
        classes = [name for name in CLASSES if region_of(name) == REGIONS[region]]
        name = classes[index // len(REGIONS) % len(classes)]
        yield region, frame_from_array(draw(_SEED + index, name, style).rgb)


def predicted(encoder: Encoder, style: str, n: int) -> tuple[Ints, Ints]:
    """True and predicted region numbers of ``n`` frames, int64 [n] each."""
    frames = region_frames(style, n)
    truth, found = [], []
    while batch := list(islice(frames, _BATCH)):
        squares = encoder.squares([frame for _, frame in batch])
        encoded = encoder.frames(squares)
        truth += [region for region, _ in batch]
        found += encoded.regions.argmax(axis=1).tolist()
    return np.array(truth, np.int64), np.array(found, np.int64)


def figures(truth: Ints, found: Ints) -> dict[str, dict[str, float | None]]:
    """Recall and precision by region; precision is None where nothing is taken for the region."""
    right = truth == found
    return {
        name: {
            "recall": _share(right[truth == region]),
            "precision": _share(right[found == region]),
        }
        for region, name in enumerate(REGIONS)
    }


def _share(right: NDArray[np.bool_]) -> float | None:
    return float(right.mean()) if len(right) else None


def table(n: int, measured: dict[str, dict[str, Any]]) -> Table:
    """A row a style, recall / precision a region."""
    title = f"{n} drawn frames a style: recall / precision"
    shown = Table(title=title, title_justify="left")
    for column in ("style", *REGIONS):
        shown.add_column(column)
    for style, regions in measured.items():
        cells = (
            " / ".join("–" if value is None else f"{value:.3f}" for value in regions[name].values())
            for name in REGIONS
        )
        shown.add_row(style, *cells)
    return shown


def main(
    n: Annotated[int, typer.Option(min=8, help="Frames a style.")] = 400,
    weights: Annotated[str, typer.Option()] = Settings().weights,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print one row a style."""
    encoder = open_encoder(weights, Settings().device)
    measured = {style: figures(*predicted(encoder, style, n)) for style in STYLES}
    if json:
        typer.echo(jsonlib.dumps({"n": n, "styles": measured}, indent=2))
    else:
        Console().print(table(n, measured))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
