"""Folders of drawn frames: one sub-folder per class and a table of captions."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from entdemo.errors import StorageError
from entdemo.phantom.frame import Phantom, draw
from entdemo.taxonomy import DRAWN_SOURCE

COLUMNS = (
    "file", "class", "finding", "caption_en", "caption_vi", "source", "licence", "style", "seed",
)  # fmt: skip
_LICENCE = "Apache-2.0"
CAPTIONS_FILE = "captions.csv"

_STRIDE = 1_000_003  # more frames than any folder holds, so that seeds never share a draw
_QUALITY = 88

Progress = Callable[[int, int], None]
"""Called with the number of frames written and the number wanted."""


def frame_seed(seed: int, index: int) -> int:
    """The seed of frame ``index`` in the folder drawn with ``seed``."""
    return seed * _STRIDE + index


def iter_phantoms(n: int, seed: int) -> Iterator[Phantom]:
    """The ``n`` frames that ``write_folder`` would write, in order; classes take turns."""
    for index in range(n):
        yield draw(frame_seed(seed, index))


def write_folder(
    path: Path | str,
    n: int,
    seed: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Write ``n`` frames as JPEG, ``DIR/<class>/<index>.jpg``, and ``DIR/captions.csv``.

    Args:
        path: the folder; made where it does not exist.
        n: number of frames.
        seed: two different seeds never give the same frame.
        workers: processes that draw.
        progress: told after each frame.

    Returns:
        The path of the table of captions.

    Raises:
        UserError: the folder exists and is not empty.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StorageError("phantom.folder_not_empty", name=folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / CAPTIONS_FILE
    with table.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        for done, row in enumerate(_rows(folder, n, seed, workers), start=1):
            writer.writerow(row)
            if progress:
                progress(done, n)
    return table


def _rows(folder: Path, n: int, seed: int, workers: int) -> Iterator[tuple[str, ...]]:
    write = partial(_write_frame, folder, seed)
    if workers <= 1:
        yield from map(write, range(n))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(write, range(n), chunksize=16)


def _write_frame(folder: Path, seed: int, index: int) -> tuple[str, ...]:
    phantom = draw(frame_seed(seed, index))
    name = phantom.facts.class_name
    file = f"{name}/{index:06d}.jpg"
    (folder / name).mkdir(exist_ok=True)
    Image.fromarray(phantom.rgb).save(folder / file, "JPEG", quality=_QUALITY)
    return (
        file,
        name,
        phantom.facts.finding,
        phantom.caption_en,
        phantom.caption_vi,
        DRAWN_SOURCE,
        _LICENCE,
        phantom.style,
        str(phantom.seed),
    )
