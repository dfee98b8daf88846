"""``phantom``: draw frames into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.output import Json, out, print_json, progress_bar


def phantom(
    folder: Annotated[Path, typer.Argument(help="Where to write; must be new or empty.")],
    n: Annotated[int, typer.Option("--n", min=1, help="How many frames.")] = 700,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other frames.")] = 0,
    json: Json = False,
) -> None:
    """Draw phantom frames: one sub-folder a class, and captions.csv in both languages."""
    from entdemo.phantom.folder import write_folder

    with progress_bar("drawing") as progress:
        write_folder(folder, n, seed, workers=2, progress=progress)
    if json:
        print_json({"folder": str(folder), "n": n, "seed": seed})
    else:
        out.print(f"{n} frames in {folder}.")
