"""Are side and cord state read from anatomy all over the frame, or from one spot of it?

``python -m benchmarks.half_view DATA`` evaluates labelled frames whole, and with only their left,
right, upper or lower half in view; the other half is black.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from entdemo.boundary import guarded
from entdemo.cli.bundle import open_encoder
from entdemo.data.dataset import Item, read_items
from entdemo.errors import DataError
from entdemo.evaluation.metrics import (
    CORD_STATES,
    SIDES,
    accuracy,
    confusion,
    swap_rate_in_pair,
    swaps,
)
from entdemo.image.frame import load_frame
from entdemo.settings import Settings
from entdemo.taxonomy import CLASSES

Squares = NDArray[np.uint8]
Ints = NDArray[np.int64]

PAIRS = {"nose side wrong": SIDES[:1], "ear side wrong": SIDES[1:], "cord state wrong": CORD_STATES}
CAPTION = "Side and state: among the frames that are taken for either of the pair; chance is 0.5."


def views(squares: Squares) -> Iterator[tuple[str, Squares]]:
    """Name and pixels, uint8 [N, S, S, 3], of each view."""
    half = squares.shape[1] // 2
    yield "whole frame", squares
    for name, kept in {
        "left half": np.s_[:, :, :half],
        "right half": np.s_[:, :, half:],
        "upper half": np.s_[:, :half],
        "lower half": np.s_[:, half:],
    }.items():
        shown = np.zeros_like(squares)
        shown[kept] = squares[kept]
        yield name, shown


def row(name: str, truth: Ints, predicted: Ints) -> tuple[str, ...]:
    """Cells of one view."""
    counts = confusion(truth, predicted)
    rates = [swap_rate_in_pair(swaps(counts, pairs)) for pairs in PAIRS.values()]
    shares = ("–" if rate is None else f"{rate:.3f}" for rate in rates)
    return (name, f"{accuracy(truth, predicted):.3f}", *shares)


def with_class(data: Path) -> list[Item]:
    """The items whose class is known.

    Raises:
        UserError: there is none.
    """
    items = [item for item in read_items(data) if item.class_name]
    if not items:
        raise DataError("folder.no_pictures", path=data, known=", ".join(CLASSES))
    return items


def main(
    data: Annotated[Path, typer.Argument(help="Frames: a sub-folder a class.")],
    weights: Annotated[str, typer.Option()] = Settings().weights,
) -> None:
    """Print one row a view."""
    encoder = open_encoder(weights, Settings().device)
    items = with_class(data)
    truth = np.array([CLASSES.index(item.class_name or "") for item in items], np.int64)
    squares = np.concatenate([encoder.squares([load_frame(item.file)]) for item in items])
    table = Table(title=f"{len(items)} frames", title_justify="left", caption=CAPTION)
    for column in ("in view", "accuracy", *PAIRS):
        table.add_column(column)
    for name, shown in views(squares):
        predicted = encoder.frames(shown).probabilities.argmax(axis=1)
        table.add_row(*row(name, truth, predicted))
    Console().print(table)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
