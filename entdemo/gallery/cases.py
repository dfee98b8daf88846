"""The gallery's ``cases.csv``: one row a case, made by the tool and edited by people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count
from operator import itemgetter, not_
from typing import NamedTuple

from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.teaching import COLUMNS as TEACHING
from entdemo.gallery.teaching import LINK, NOTHING, Teaching
from entdemo.storage.table import Row, Table, read_table, write_table
from entdemo.taxonomy import (
    CLASSES,
    DRAWN_SOURCE,
    LABELS,
    STATED_NAMES,
    label_names,
    region_of,
)
from entdemo.text.letters import comparable_label

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
CASE_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_CASE_ID = re.compile(CASE_ID)
FRAME_FILE = r"^frames/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"
_FRAME_FILE = re.compile(FRAME_FILE)


class Case(NamedTuple):
    """One teaching case; the fields stand in the order of the columns, those of ``teaching`` last.

    Attributes:
        case_id: letters, digits, ``-`` and ``_``; says nothing of where the frame came from.
        file: ``frames/NAME`` inside the gallery.
        class_name: one of ``taxonomy.LABELS``: the class, or what is known of it.
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
    teaching: Teaching = NOTHING

    @property
    def region(self) -> str:
        """Region of the class; empty where only a side is stated."""
        return region_of(self.class_name)

    @property
    def is_drawn(self) -> bool:
        """Whether the frame was drawn by procedure."""
        return self.source == DRAWN_SOURCE

    @property
    def credit(self) -> str:
        """Source and licence, as far as they are stated."""
        return credit(self.source, self.licence)


def credit(source: str, licence: str) -> str:
    """Source and licence in one line; empty where neither is stated."""
    return " · ".join(part for part in (source, licence) if part)


def read_cases(data: bytes) -> list[Case]:
    """Cases in the order of the file.

    Raises:
        UserError: each row that cannot be right, naming row and column.
    """
    table = read_table(data, FILE_NAME, (*COLUMNS, *TEACHING), _REQUIRED)
    ids, files, classes, *texts = (table.columns[column] for column in COLUMNS)
    files = [file.replace("\\", "/") for file in files]
    known = {cell: label_of(cell) for cell in set(classes)}
    named = [known[cell] for cell in classes]
    links = table.columns["link"]
    checks = (
        ("case_id", "table.value", _wrong(map(_CASE_ID.fullmatch, ids))),
        ("file", "table.frame_file", _wrong(map(_FRAME_FILE.fullmatch, files))),
        ("class", "table.class", _wrong(named)),
        ("case_id", "table.value_twice", _repeated(ids)),
        ("link", "table.link", _wrong(map(LINK.fullmatch, links))),
    )
    wrong = [(place, column, key) for column, key, places in checks for place in places]
    if wrong:
        raise in_one([_told(table, *it) for it in sorted(wrong, key=itemgetter(0))])
    taught = _taught(table)
    return [Case._make(cells) for cells in zip(ids, files, named, *texts, taught, strict=True)]


def write_cases(cases: Sequence[Case]) -> bytes:
    """The file's bytes; the same cases give the same bytes. Columns of teaching come if used."""
    if all(case.teaching == NOTHING for case in cases):
        return write_table(COLUMNS, [case[:-1] for case in cases])
    rows = [(*case[:-1], *case.teaching) for case in cases]
    return write_table((*COLUMNS, *TEACHING), rows)


def _taught(table: Table) -> Sequence[Teaching]:
    """What is taught of each row; where no row has anything, all share one."""
    columns = [table.columns[column] for column in TEACHING]
    if not any(map(any, columns)):
        return [NOTHING] * len(table.numbers)
    return [Teaching(*cells) for cells in zip(*columns, strict=True)]


def class_of(text: str) -> str | None:
    """The class that a cell or a folder names, in whatever case and spelling."""
    name = comparable_label(text)
    return name if name in CLASSES else None


_LABEL_OF = {
    comparable_label(text): label
    for label in LABELS
    for text in (label, *label_names(label).values(), *STATED_NAMES[label].values())
}


def label_of(text: str) -> str | None:
    """The class, region or side that a cell or a folder names, by its key or in words."""
    return _LABEL_OF.get(comparable_label(text))


def read_label(row: Row, name: str) -> str:
    """What the row's column ``class`` states.

    Raises:
        UserError: if it is none of ``taxonomy.LABELS``.
    """
    found = label_of(row.cells["class"])
    if found is None:
        raise _wrong_class(name, row.number, row.cells["class"])
    return found


def _wrong(fits: Iterable[object]) -> Iterator[int]:
    """Places of those that do not fit."""
    return compress(count(), map(not_, fits))


def _repeated(ids: Sequence[str]) -> Iterator[int]:
    """Places of those that came before."""
    first = dict(zip(reversed(ids), range(len(ids) - 1, -1, -1), strict=True))
    if len(first) < len(ids):
        yield from (place for place, one in enumerate(ids) if first[one] < place)


def _told(table: Table, place: int, column: str, key: str) -> UserError:
    number, value = table.numbers[place], table.columns[column][place]
    if column == "class":
        return _wrong_class(FILE_NAME, number, value)
    return DataError(key, name=FILE_NAME, row=number, column=column, value=value)


def _wrong_class(name: str, row: int, value: str) -> UserError:
    return DataError("table.class", name=name, row=row, value=value, known=", ".join(LABELS))
