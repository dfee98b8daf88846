"""CSV as spreadsheet programs really write it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entdemo.errors import UserError

_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class Row:
    """A row and its number as the spreadsheet shows it (the header is row 1)."""

    number: int
    cells: Mapping[str, str]


def read_table(
    data: bytes, name: str, columns: Sequence[str], required: Sequence[str]
) -> list[Row]:
    """Read a table with a header.

    Byte order mark, CRLF, ``;`` or tab as separator, UTF-16, reordered, missing optional or
    unnamed empty columns, empty rows, and line ends inside cells are all accepted.

    Args:
        data: the file's bytes.
        name: what to call the file in a message.
        columns: the columns that may appear; a missing one reads as empty cells.
        required: those that must appear.

    Raises:
        UserError: if it cannot be read, naming row and column.
    """
    text = _decoded(data, name)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)))
    except csv.Error as error:
        raise UserError("table.damaged", name=name) from error
    if not records:
        raise UserError("table.empty", name=name)
    header = _header(records[0], name, columns, required)
    rows = [_row(number, record, header, name) for number, record in enumerate(records[1:], 2)]
    return [Row(row.number, {**dict.fromkeys(columns, ""), **row.cells}) for row in rows if row]


def write_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, without which Excel garbles Vietnamese."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def tidy(text: str) -> str:
    """One line, single spaces, composed letters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # most cells of a table of a million
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _decoded(data: bytes, name: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError("table.encoding", name=name) from error
    first, _, rest = text.partition("\n")
    return rest if first.strip().lower() in {f"sep={mark}" for mark in ",;"} else text


def _separator(text: str) -> str:
    header = text.partition("\n")[0]
    return max(_SEPARATORS, key=header.count)


def _header(
    record: Sequence[str], name: str, columns: Sequence[str], required: Sequence[str]
) -> list[str]:
    header = [tidy(cell).lower() for cell in record]
    named = [cell for cell in header if cell]
    for cell in named:
        if cell not in columns:
            raise UserError("table.column", name=name, column=cell, known=", ".join(columns))
        if named.count(cell) > 1:
            raise UserError("table.column_twice", name=name, column=cell)
    for column in required:
        if column not in named:
            raise UserError("table.column_missing", name=name, column=column)
    return header


def _row(number: int, record: Sequence[str], header: Sequence[str], name: str) -> Row | None:
    cells = [tidy(cell) for cell in record]
    if not any(cells):
        return None
    if any(cells[len(header) :]) or any(
        cell for cell, column in zip(cells, header, strict=False) if not column
    ):
        raise UserError("table.too_many_cells", name=name, row=number)
    named = {column: cell for column, cell in zip(header, cells, strict=False) if column}
    return Row(number, named)
