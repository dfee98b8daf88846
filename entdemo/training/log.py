"""Log a training run as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from entdemo.storage.atomic import told_writes, write_atomically

_COLUMNS = ("stage", "step", "name", "value")

Row = dict[str, float]
"""Figures of a step by name, with its ``stage`` and ``step``."""
Report = Callable[[Row], None]
Say = Callable[[str], None]


class StageLog:
    """Write the rows of one stage to the run's log.

    Args:
        path: the CSV, one line a figure, with the columns ``stage,step,name,value``.
        stage: number of the stage.
        start: first step that this process does; rows of later ones are of a run that was cut
            off after its last checkpoint, and are dropped.

    Raises:
        UserError: it cannot be written.
    """

    def __init__(self, path: Path, stage: int, start: int) -> None:
        self.path, self.stage = path, stage
        kept = [row for row in _read(path) if int(row[0]) != stage or int(row[1]) < start]
        write_atomically(path, _lines([list(_COLUMNS), *kept]).encode())

    def add(self, row: Row) -> None:
        """Write the figures of a step."""
        step = int(row["step"])
        figures = {name: value for name, value in row.items() if name not in ("stage", "step")}
        rows = [[str(self.stage), str(step), name, f"{it:.6g}"] for name, it in figures.items()]
        with told_writes(self.path), self.path.open("a", newline="", encoding="utf-8") as file:
            file.write(_lines(rows))


def _read(path: Path) -> list[list[str]]:
    """Whole rows below the heading; a row that was cut off in the middle is left out."""
    if not path.exists():
        return []
    text = path.read_bytes().decode("utf-8", "replace")
    whole = text[: text.rfind("\n") + 1]
    return list(csv.reader(io.StringIO(whole, newline="")))[1:]


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
