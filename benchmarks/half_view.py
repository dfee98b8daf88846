"""Are side and cord state read from anatomy all over the frame, or from one spot of it?

``python -m benchmarks.half_view DATA`` evaluates labelled frames whole, and with only their left,
right, upper or lower half in view; the other half is black.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from entdemo.errors import UserError
from entdemo.evaluation.dataset import Item, read_items
from entdemo.evaluation.encode import encode_squares, squares_of
from entdemo.evaluation.metrics import CORD_STATES, SIDES, Swap, accuracy, confusion, swaps
from entdemo.frame import load_frame
from entdemo.hub import resolve_weights
from entdemo.settings import Settings
from entdemo.taxonomy import CLASSES
from entdemo.weights import load_bundle

Squares = NDArray[np.uint8]
Ints = NDArray[np.int64]


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


def swap_rate(found: list[Swap]) -> str:
    """Share of the frames of all pairs that are taken for the other of their pair."""
    frames = sum(swap.frames for swap in found)
    return f"{sum(swap.count for swap in found) / frames:.3f}" if frames else "–"


def row(name: str, truth: Ints, predicted: Ints) -> tuple[str, ...]:
    """Cells of one view."""
    counts = confusion(truth, predicted)
    return (
        name,
        f"{accuracy(truth, predicted):.3f}",
        swap_rate(swaps(counts, SIDES[:1])),
        swap_rate(swaps(counts, SIDES[1:])),
        swap_rate(swaps(counts, CORD_STATES)),
    )


def with_class(data: Path) -> list[Item]:
    """The items whose class is known.

    Raises:
        UserError: there is none.
    """
    items = [item for item in read_items(data) if item.class_name]
    if not items:
        raise UserError("folder.no_pictures", path=data, known=", ".join(CLASSES))
    return items


def main(
    data: Annotated[Path, typer.Argument(help="Frames: a sub-folder a class.")],
    weights: Annotated[str, typer.Option()] = Settings().weights,
) -> None:
    """Print one row a view."""
    bundle = load_bundle(resolve_weights(weights))
    items = with_class(data)
    truth = np.array([CLASSES.index(item.class_name or "") for item in items], np.int64)
    squares = np.concatenate([squares_of(bundle, [load_frame(item.file)]) for item in items])
    columns = ("in view", "accuracy", "wrong side, nose", "wrong side, ear", "wrong cord state")
    table = Table(*columns, title=f"{len(items)} frames", title_justify="left")
    for name, shown in views(squares):
        predicted = encode_squares(bundle, shown).probabilities.argmax(axis=1)
        table.add_row(*row(name, truth, predicted))
    Console().print(table)


if __name__ == "__main__":
    try:
        typer.run(main)
    except UserError as error:
        raise SystemExit(str(error)) from error
