"""A folder's ``captions.csv``, joined to its pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.teaching import COLUMNS as TEACHING
from entdemo.storage.names import comparable, comparable_name, fitting
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import Row, read_table

CAPTIONS = "captions.csv"
COLUMNS = ("file", "class", "finding", "caption_en", "caption_vi", "source", "licence", "group")
_DRAWN = ("style", "seed")
"""Columns that folders of drawn frames have as well; a case does not keep them."""


def captions_file(folder: Path) -> Path | None:
    """The folder's table: ``captions.csv``, or the one file that is called so but for its case."""
    exact = folder / CAPTIONS
    if exact.is_file():
        return exact
    found = [file for file in folder.iterdir() if comparable_name(file.name) == CAPTIONS]
    return found[0] if len(found) == 1 and found[0].is_file() else None


def renamed_tables(left_out: list[Skipped]) -> list[Skipped]:
    """What was left out, where files that look like misnamed tables of captions say so."""
    return [
        Skipped(it.name, DataError("table.misnamed", name=it.name, wanted=CAPTIONS))
        if comparable_name(it.name).startswith("caption") and "/" not in it.name
        else it
        for it in left_out
    ]


def read_captions(folder: Path, pictures: Mapping[str, Path]) -> dict[str, Row]:
    """Rows of the folder's ``captions.csv`` by the keys of ``pictures``; none without that file.

    Args:
        folder: where the table lies.
        pictures: by their path in the folder, as ``CLASS/NAME``.

    Raises:
        UserError: if it cannot be read, or names missing pictures or one twice; all such rows are
            told.
    """
    file = captions_file(folder)
    if file is None:
        return {}
    index, rows = _Index(pictures), dict[str, Row]()
    wrong: list[UserError] = []
    for row in read_table(
        file.read_bytes(), CAPTIONS, (*COLUMNS, *TEACHING, *_DRAWN), ("file",)
    ).rows():
        name = row.cells["file"]
        key = index.find(name)
        if key is None or key in rows:
            problem = "table.no_such_file" if key is None else "table.value_twice"
            wrong.append(
                DataError(problem, name=CAPTIONS, row=row.number, column="file", value=name)
            )
        else:
            rows[key] = row
    if wrong:
        raise in_one(wrong)
    return rows


class _Index:
    """Finds pictures as tables name them: by their whole path, or by its end where that is one's.

    Spelling as on the disk comes first, then without differences of case, composition and spaces.
    """

    def __init__(self, pictures: Mapping[str, Path]) -> None:
        self._exact = _by_endings((key, key) for key in pictures)
        self._tidied = _by_endings((comparable(key), key) for key in pictures)

    def find(self, name: str) -> str | None:
        """Key of the picture; None where none or several fit."""
        path = name.replace("\\", "/").removeprefix("./")
        cut = "/".join(map(fitting, path.split("/")))  # as uploads with long names are stored
        for known, wanted in (
            (self._exact, path),
            (self._tidied, comparable(path)),
            (self._tidied, comparable(cut)),
        ):
            whole, fits = known.get(f"/{wanted}", []), known.get(wanted, [])
            if len(whole) == 1 or len(fits) == 1:
                return (whole if len(whole) == 1 else fits)[0]
        return None


def _by_endings(paths: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """Keys by every ending of their path that begins at a folder; the whole path begins with /."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, key in paths:
        parts = path.split("/")
        found[f"/{path}"].append(key)
        for start in range(len(parts)):
            found["/".join(parts[start:])].append(key)
    return found
