"""CSV as spreadsheet programs really write it, and as they read it without harm."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from entdemo.errors import DataError, in_one
from entdemo.storage.encoding import encoding_of, no_text
from entdemo.storage.quotation import damaged_row

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_SEPARATORS = (",", ";", "\t")
_NAMED_SEPARATORS = {"sep=,", "sep=;"}
_SAMPLE = 1_000
"""Cells of a column that tell whether few differ, as where they are classes."""
_FIRST_ROW = 2
"""Number of the row below the header."""


@dataclass(frozen=True)
class Row:
    """A row and its number as the spreadsheet shows it (the header is row 1)."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The rows that are not empty, column by column: quick where there are a million of them.

    Attributes:
        numbers: [N] numbers of the rows as the spreadsheet shows them.
        columns: [N] tidy cells of each column that may appear.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def rows(self) -> Iterator[Row]:
        """The same, row by row."""
        for number, *cells in zip(self.numbers, *self.columns.values(), strict=True):
            yield Row(number, dict(zip(self.columns, cells, strict=True)))


def read_table(data: bytes, name: str, columns: Sequence[str], required: Sequence[str]) -> Table:
    """Read a table with a header.

    Byte order mark, CRLF, ``;`` or tab as separator, UTF-16, reordered, missing optional or
    unnamed empty columns, empty rows, and line ends inside cells are all accepted.

    Args:
        data: the file's bytes.
        name: what to call the file in a message.
        columns: the columns that may appear; a missing one reads as empty cells.
        required: those that must appear, one at least.

    Raises:
        UserError: if it cannot be read, naming row and column.
    """
    header, *records = _all_records(data, name) or [[]]
    if not header and not records:
        raise DataError("table.empty", name=name)
    places = _places(header, name, columns, required)
    _refuse_more_cells(records, set(places.values()), name)
    found = {column: _column(records, places.get(column)) for column in columns}
    return _without_empty_rows(found, found[required[0]])


def read_any_table(data: bytes, name: str) -> Iterator[Mapping[str, str]]:
    """Rows of a table with whatever columns, by their tidy names in small letters.

    Raises:
        UserError: if it cannot be read, naming the row.
    """
    header, *records = _all_records(data, name) or [[]]
    names = [tidy(cell).lower() for cell in header]
    for record in records:
        yield dict(zip(names, map(tidy, record), strict=False))


def _all_records(data: bytes, name: str) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        found.extend(_reader(data)[0])
    except UnicodeDecodeError as error:
        raise no_text("table.encoding", name, data) from error
    except csv.Error as error:
        raise _damaged(data, name, len(found)) from error
    return found


def _damaged(data: bytes, name: str, whole: int) -> DataError:
    """Told of the row behind so many whole ones."""
    reader, above = _reader(data)
    for _ in range(whole):
        next(reader)
    text, line = data.decode(encoding_of(data), "replace"), above + reader.line_num + 1
    return damaged_row(name, whole + 1, text, line, reader.dialect.delimiter)


def write_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, without which Excel garbles Vietnamese."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def tidy(text: str) -> str:
    """One line, single spaces, composed letters."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _reader(data: bytes) -> tuple[CsvReader, int]:
    """Records, and how many lines stand above them."""
    lines = io.TextIOWrapper(io.BytesIO(data), encoding_of(data), newline="")
    first = lines.readline()
    names_separator = first.strip().lower() in _NAMED_SEPARATORS
    if names_separator:
        first = lines.readline()
    records = chain([first] if first else [], lines)
    return csv.reader(records, delimiter=_separator(first), strict=True), int(names_separator)


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _places(
    record: Sequence[str], name: str, columns: Sequence[str], required: Sequence[str]
) -> dict[str, int]:
    """Which place each column has in a record."""
    header = [tidy(cell).lower() for cell in record]
    named = [cell for cell in header if cell]
    for cell in named:
        if cell not in columns:
            raise DataError("table.column", name=name, column=cell, known=", ".join(columns))
        if named.count(cell) > 1:
            raise DataError("table.column_twice", name=name, column=cell)
    for column in required:
        if column not in named:
            raise DataError("table.column_missing", name=name, column=column)
    return {cell: place for place, cell in enumerate(header) if cell}


def _refuse_more_cells(records: Sequence[Sequence[str]], named: set[int], name: str) -> None:
    """Cells in places without a column must be empty."""
    leading = next(place for place in count() if place not in named)
    wrong = [
        DataError("table.too_many_cells", name=name, row=number, column=place + 1)
        for number, record in enumerate(records, _FIRST_ROW)
        if any(record[leading:]) and (place := _beyond(record, named)) is not None
    ]
    if wrong:
        raise in_one(wrong)


def _beyond(record: Sequence[str], named: set[int]) -> int | None:
    """The first cell with text in a place without a column."""
    return next((at for at, cell in enumerate(record) if at not in named and tidy(cell)), None)


def _column(records: Sequence[Sequence[str]], place: int | None) -> Sequence[str]:
    """Tidy cells of a column; records may end before it, and a table may lack it."""
    if place is None:
        return [""] * len(records)
    return _tidied(_cells(records, place))


def _cells(records: Sequence[Sequence[str]], place: int) -> Sequence[str]:
    return [record[place] if place < len(record) else "" for record in records]


def _tidied(cells: Sequence[str]) -> Sequence[str]:
    """Cells as ``tidy`` makes them, looked at together: a million one by one take seconds."""
    if len(set(cells[:_SAMPLE])) < _SAMPLE // 2:
        made = {cell: tidy(cell) for cell in set(cells)}
        return [made[cell] for cell in cells]
    joined = "|".join(("", *cells, ""))
    if (
        joined.isprintable()  # of all spaces, only " " is
        and not any(untidy in joined for untidy in ("  ", "| ", " |"))
        and unicodedata.is_normalized("NFC", joined)
    ):
        return cells
    return [tidy(cell) for cell in cells]


def _without_empty_rows(columns: Mapping[str, Sequence[str]], first: Sequence[str]) -> Table:
    """Drop rows without any text; ``first`` is a column that others rarely lack."""
    empty = {
        row
        for row, cell in enumerate(first)
        if not cell and not any(cells[row] for cells in columns.values())
    }
    if not empty:
        return Table(range(_FIRST_ROW, _FIRST_ROW + len(first)), columns)
    kept = [row for row in range(len(first)) if row not in empty]
    return Table(
        [row + _FIRST_ROW for row in kept],
        {column: [cells[row] for row in kept] for column, cells in columns.items()},
    )


def csv_bytes(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """CSV with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    risky = cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if risky and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
