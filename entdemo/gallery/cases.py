"""The gallery's ``cases.csv``: one row a case, made by the tool and edited by people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from entdemo.errors import UserError
from entdemo.gallery.table import Row, read_table, write_table
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


@dataclass(frozen=True)
class Case:
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
    cases: dict[str, Case] = {}
    for row in read_table(data, FILE_NAME, COLUMNS, _REQUIRED):
        case = _case(row)
        if case.case_id in cases:
            raise _wrong(row, "case_id", "table.value_twice")
        cases[case.case_id] = case
    return list(cases.values())


def write_cases(cases: Sequence[Case]) -> bytes:
    """The file's bytes; the same cases give the same bytes."""
    return write_table(COLUMNS, [astuple(case) for case in cases])


def read_class(row: Row, name: str) -> str:
    """The row's class, in whatever case it was typed.

    Raises:
        UserError: if it is none of the seven.
    """
    found = row.cells["class"].lower().replace("_", "-")
    if found not in CLASSES:
        raise UserError(
            "table.class", name=name, row=row.number, value=row.cells["class"],
            known=", ".join(CLASSES),
        )  # fmt: skip
    return found


def _case(row: Row) -> Case:
    if not _CASE_ID.fullmatch(row.cells["case_id"]):
        raise _wrong(row, "case_id", "table.value")
    file = row.cells["file"].replace("\\", "/")
    if not re.fullmatch(FRAME_FILE, file):
        raise _wrong(row, "file", "table.frame_file")
    others = {column: row.cells[column] for column in COLUMNS[3:]}
    return Case(row.cells["case_id"], file, read_class(row, FILE_NAME), **others)


def _wrong(row: Row, column: str, key: str) -> UserError:
    value = row.cells[column]
    return UserError(key, name=FILE_NAME, row=row.number, column=column, value=value)
