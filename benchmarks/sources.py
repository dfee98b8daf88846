"""Real frames with the source that each came from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from entdemo.data.dataset import Item, read_items

TABLE = "frames.csv"


@dataclass(frozen=True)
class SourcedFrame:
    """A labelled frame and the name of the collection that it came from."""

    item: Item
    source: str


def sourced_frames(folder: Path) -> list[SourcedFrame]:
    """Read a folder of classes or regions, see ``read_items``.

    The column ``source`` of an optional ``frames.csv`` names each file's source; frames that it
    does not name, or all where there is no such table, have the folder's name as their source.

    Raises:
        UserError: see ``read_items``.
    """
    items = read_items(folder)
    file = folder / TABLE
    named: dict[str, str] = {}
    if file.is_file():
        with file.open(newline="", encoding="utf-8-sig") as rows:
            named = {row["file"]: row["source"] for row in csv.DictReader(rows)}
    return [SourcedFrame(item, named.get(item.name, folder.name)) for item in items]
