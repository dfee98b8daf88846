"""The gallery's ``cases.csv``: one row a case, made by the tool and edited by people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from entdemo.errors import UserError
from entdemo.gallery.table import Row, Table, read_table, write_table
from entdemo.taxonomy import CLASSES, region_of

FILE_NAME = "cases.csv"
COLUMNS = (
    "case_id",
    "file",
    "class",
    "finding",
    "caption_en",
    "caption_vi",
    "source",
    "licence",
    "group",
)
_REQUIRED = ("case_id", "file", "class")
_CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FRAME_FILE = r"^frames/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"
_FRAME_FILE = re.compile(FRAME_FILE)


class Case(NamedTuple):
    """One teaching case; the fields stand in the order of the columns.

    Attributes:
        case_id: letters, digits, ``-`` and ``_``; says nothing of where the frame came from.
        file: ``frames/NAME`` inside the gallery.
        class_name: one of ``taxonomy.CLASSES``.
        finding: key of the main finding or a free term, may be empty.
        source: where the frame comes from, for example ``phantom``.
        group: frames of one group stem from one examination; never shown.
    """

    case_id: str
    file: str
    class_name: str
    finding: str = ""
    caption_en: str = ""
    caption_vi: str = ""
    source: str = ""
    licence: str = ""
    group: str = ""

    @property
    def region(self) -> str:
        """Region of the class."""
        return region_of(self.class_name)


def read_cases(data: bytes) -> list[Case]:
    """Cases in the order of the file.

    Raises:
        UserError: at the first row that cannot be right, naming row and column.
    """
    table = read_table(data, FILE_NAME, COLUMNS, _REQUIRED)
    ids, files, classes, *texts = (table.columns[column] for column in COLUMNS)
    files = [_with_slashes(file) for file in files]
    known = {cell: class_of(cell) for cell in set(classes)}
    if not (
        all(map(_CASE_ID.fullmatch, ids))
        and len(set(ids)) == len(ids)
        and all(map(_FRAME_FILE.fullmatch, files))
        and all(known.values())
    ):
        raise _first_error(table)
    named = [known[cell] for cell in classes]
    return [Case._make(cells) for cells in zip(ids, files, named, *texts, strict=True)]


def write_cases(cases: Sequence[Case]) -> bytes:
    """The file's bytes; the same cases give the same bytes."""
    return write_table(COLUMNS, cases)


def class_of(text: str) -> str | None:
    """The class that a cell or a folder names, in whatever case and spelling."""
    name = text.lower().replace("_", "-").replace(" ", "-")
    return name if name in CLASSES else None


def read_class(row: Row, name: str) -> str:
    """The row's class.

    Raises:
        UserError: if it is none of the seven.
    """
    found = class_of(row.cells["class"])
    if found is None:
        raise _wrong_class(row, name)
    return found


def _wrong_class(row: Row, name: str) -> UserError:
    """That a row names no class."""
    value, known = row.cells["class"], ", ".join(CLASSES)
    return UserError("table.class", name=name, row=row.number, value=value, known=known)


def _with_slashes(file: str) -> str:
    return file.replace("\\", "/")


def _first_error(table: Table) -> UserError:
    """The error of the first row that cannot be right."""
    seen: set[str] = set()
    for row in table.rows():
        case_id = row.cells["case_id"]
        if not _CASE_ID.fullmatch(case_id):
            return _wrong(row, "case_id", "table.value")
        if not _FRAME_FILE.fullmatch(_with_slashes(row.cells["file"])):
            return _wrong(row, "file", "table.frame_file")
        if class_of(row.cells["class"]) is None:
            return _wrong_class(row, FILE_NAME)
        if case_id in seen:
            return _wrong(row, "case_id", "table.value_twice")
        seen.add(case_id)
    raise AssertionError("no row is wrong")


def _wrong(row: Row, column: str, key: str) -> UserError:
    value = row.cells[column]
    return UserError(key, name=FILE_NAME, row=row.number, column=column, value=value)
