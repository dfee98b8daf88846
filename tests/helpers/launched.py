"""Run the command line as one of several processes, and note which share of a gallery it took.

``torchrun --nproc-per-node 2 -m tests.helpers.launched NOTES gallery build ...`` leaves a file
``RANK-of-WORLD`` with a number of pictures in the folder ``NOTES`` for each process.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import distributed

from entdemo.gallery import shards
from entdemo.gallery.intake import NewCase


def main(notes: Path) -> None:
    """Run ``python -m entdemo`` with the arguments after ``notes``."""
    take = shards.take_share

    def noted(folder: Path, items: Sequence[NewCase], *rest: Any) -> None:
        name = f"{distributed.get_rank()}-of-{distributed.get_world_size()}"
        (notes / name).write_text(str(len(items)), "ascii")
        take(folder, items, *rest)

    shards.take_share = noted
    runpy.run_module("entdemo", run_name="__main__")


if __name__ == "__main__":
    del sys.argv[0]
    main(Path(sys.argv[0]))
