"""How near drawn frames come to real ones, as ImageNet sees them.

``python -m benchmarks.drawn_against_real REAL [--frames N] [--seed S] [--sheets DIR]`` takes frozen
EfficientNet-Lite0 features, learns a linear head for the regions on drawn frames alone, and prints
how often it is right on the real ones, by source and region. ``--sheets`` writes one contact sheet
a source: each real frame with the drawn frames nearest to it. Sheets show real frames and so must
lie outside the repository.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from benchmarks.lite0 import PREPROCESS
from entdemo.boundary import guarded
from entdemo.data.dataset import Item, read_items
from entdemo.image.frame import load_frame
from entdemo.model.stem import Lite0Stem, load_imagenet_weights
from entdemo.settings import ROOT
from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.training.config import PhantomSource
from entdemo.training.data import FrameSet, draw_frames

Squares = NDArray[np.uint8]
Features = NDArray[np.float32]

_BATCH = 64
_STRENGTH = 0.003
"""Inverse regularisation of the head: 432 features of some hundred frames."""
_SHOWN = 6
_TILE = 112
_RIGHT, _WRONG = (70, 160, 70), (200, 60, 60)


@torch.inference_mode()
def stem_features(squares: Squares) -> Features:
    """Means over the picture of the stem's maps with ImageNet's weights.

    Args:
        squares: uint8 [N, S, S, 3].

    Returns:
        float32 [N, 432].
    """
    stem = Lite0Stem(1).eval()
    load_imagenet_weights(stem)
    parts = []
    for start in range(0, len(squares), _BATCH):
        maps = stem.maps(PREPROCESS.tensor(squares[start : start + _BATCH]))
        parts.append(torch.cat([one.mean(dim=(2, 3)) for one in maps], dim=1))
    found: Tensor = torch.cat(parts)
    return found.numpy()


@dataclass(frozen=True)
class Compared:
    """Real frames beside drawn ones.

    Attributes:
        items: N real frames.
        squares: theirs, uint8 [N, S, S, 3].
        drawn: M drawn frames.
        said: N regions that the linear head names.
        nearest: int64 [N, k], drawn frames by cosine, nearest first.
    """

    items: list[Item]
    squares: Squares
    drawn: FrameSet
    said: list[str]
    nearest: NDArray[np.int64]

    @property
    def neighbours(self) -> list[str]:
        """N regions of the nearest drawn frames."""
        return [_region(self.drawn, at) for at in self.nearest[:, 0]]


def compare(items: list[Item], drawn: FrameSet, shown: int = _SHOWN) -> Compared:
    """Learn from the drawn frames, and look at the real ones.

    Features are standardised by the drawn frames' mean and spread; no real frame takes part in
    any fit.
    """
    size = drawn.squares.shape[1]
    squares = np.stack([load_frame(it.file).square(size) for it in items])
    known, asked = stem_features(drawn.squares), stem_features(squares)
    regions = np.array([region_of(CLASSES[label]) for label in drawn.labels])
    head = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=500),
    ).fit(known, regions)
    scaler = head[0]
    near = _unit(scaler.transform(asked)) @ _unit(scaler.transform(known)).T
    nearest = np.argsort(-near, axis=1)[:, :shown]
    return Compared(items, squares, drawn, list(map(str, head.predict(asked))), nearest)


def _unit(rows: Features) -> Features:
    unit: Features = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _region(drawn: FrameSet, at: int) -> str:
    return region_of(CLASSES[drawn.labels[at]])


def table(found: Compared) -> Table:
    """Hits of the head and of the nearest drawn frame, by source and region, and their means."""
    shown = Table(title="region, from drawn frames alone", title_justify="left")
    for column in ("source", "region", "n", "linear head", "nearest drawn", "taken for"):
        shown.add_column(column)
    for source in sorted({it.source for it in found.items}):
        for region in REGIONS:
            rows = _rows(found, region, source)
            if rows:
                shown.add_row(source, region, *_cells(found, rows, region))
    shown.add_section()
    means = []
    for region in REGIONS:
        rows = _rows(found, region)
        if rows:
            shown.add_row("all", region, *_cells(found, rows, region))
            means.append([_share(found.said, rows, region), _share(found.neighbours, rows, region)])
    mean = np.mean(means, axis=0)
    shown.add_row("all", "mean of regions", str(len(found.items)), *(f"{m:.3f}" for m in mean), "")
    return shown


def _rows(found: Compared, region: str, source: str | None = None) -> list[int]:
    return [
        at
        for at, it in enumerate(found.items)
        if it.region == region and source in (None, it.source)
    ]


def _share(named: Sequence[str], rows: list[int], region: str) -> float:
    return float(np.mean([named[at] == region for at in rows]))


def _cells(found: Compared, rows: list[int], region: str) -> Iterator[str]:
    yield str(len(rows))
    yield f"{_share(found.said, rows, region):.3f}"
    yield f"{_share(found.neighbours, rows, region):.3f}"
    wrong = [found.said[at] for at in rows if found.said[at] != region]
    yield ", ".join(f"{name} {wrong.count(name)}" for name in REGIONS if name in wrong)


def write_sheets(found: Compared, folder: Path) -> None:
    """One sheet a source, what the head gets wrong first; a frame names its region."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted({it.source for it in found.items}):
        rows = [at for at, it in enumerate(found.items) if it.source == source]
        rows.sort(key=lambda at: (found.said[at] == found.items[at].region, at))
        _sheet(found, rows).save(folder / f"{source}.png")


def _sheet(found: Compared, rows: list[int]) -> Image.Image:
    columns = 1 + found.nearest.shape[1]
    whole = Image.new("RGB", (columns * _TILE, len(rows) * _TILE))
    for y, at in enumerate(rows):
        it = found.items[at]
        right = found.said[at] == it.region
        name = it.file.stem.removeprefix(f"{it.source}-")
        tiles = [_tile(found.squares[at], f"{name}: {found.said[at]}", right)]
        tiles += [
            _tile(
                found.drawn.squares[near],
                CLASSES[found.drawn.labels[near]],
                _region(found.drawn, near) == it.region,
            )
            for near in found.nearest[at]
        ]
        for x, tile in enumerate(tiles):
            whole.paste(tile, (x * _TILE, y * _TILE))
    return whole


def _tile(square: Squares, words: str, right: bool) -> Image.Image:
    tile = Image.new("RGB", (_TILE, _TILE), _RIGHT if right else _WRONG)
    tile.paste(Image.fromarray(square).resize((_TILE - 4, _TILE - 4)), (2, 2))
    ImageDraw.Draw(tile).text((4, _TILE - 15), words, fill="white", stroke_width=1, stroke_fill=0)
    return tile


def main(
    real: Annotated[Path, typer.Argument(help="Folder of real frames by class or region.")],
    frames: Annotated[int, typer.Option(min=70, help="Drawn frames.")] = 840,
    seed: Annotated[int, typer.Option(help="Of the drawn frames.")] = 3_303,
    sheets: Annotated[Path | None, typer.Option(help="Folder for contact sheets.")] = None,
) -> None:
    """Print the table, and write the sheets if they are wanted."""
    if sheets is not None and sheets.resolve().is_relative_to(ROOT):
        raise typer.BadParameter("sheets show real frames: they must lie outside the repository")
    side = PREPROCESS.image_size
    drawn = draw_frames(PhantomSource(n=frames, seed=seed), side, ROOT / "runs" / "frames")
    found = compare(read_items(real), drawn)
    Console().print(table(found))
    if sheets is not None:
        write_sheets(found, sheets)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
