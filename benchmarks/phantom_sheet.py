"""A sheet of drawn frames for the docs: a row a class.

``python -m benchmarks.phantom_sheet [docs/phantom-frames.jpg]``; the same picture each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from entdemo.boundary import guarded
from entdemo.phantom.frame import draw
from entdemo.taxonomy import CLASSES

_SIDE = 168
_COLUMNS = 8
_SEED = 20_000
_QUALITY = 82


def sheet(columns: int = _COLUMNS, side: int = _SIDE) -> Image.Image:
    """``columns`` frames of each class, in taxonomy order, on black."""
    whole = Image.new("RGB", (columns * side, len(CLASSES) * side))
    for row, name in enumerate(CLASSES):
        for column in range(columns):
            frame = Image.fromarray(draw(_SEED + column, name).rgb)
            frame.thumbnail((side - 2, side - 2))
            corner = (column * side + (side - frame.width) // 2,
                      row * side + (side - frame.height) // 2)  # fmt: skip
            whole.paste(frame, corner)
    return whole


def main(
    file: Annotated[Path, typer.Argument()] = Path("docs/phantom-frames.jpg"),
) -> None:
    """Write the sheet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    sheet().save(file, "JPEG", quality=_QUALITY, optimize=True)
    typer.echo(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
