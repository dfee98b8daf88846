"""Where in a table the quotation mark stands that makes a row unreadable."""

from __future__ import annotations

import re

from entdemo.errors import DataError

_ROW_ENDS = "\r\n"


def damaged_row(name: str, row: int, text: str, line: int, separator: str = ",") -> DataError:
    """That a row cannot be read, with line and column of the quotation that does not close.

    Args:
        name: what to call the file.
        row: number of the row as the spreadsheet shows it.
        text: the whole file.
        line: on which the row begins, from 1.
        separator: between cells.
    """
    starts = [0, *(it.end() for it in re.finditer("\r\n|\r|\n", text))]
    begin = starts[min(line, len(starts)) - 1]
    at = _open_quotation(text, begin, separator)
    found = sum(start <= at for start in starts)
    column = at - starts[found - 1] + 1
    return DataError("table.damaged", name=name, row=row, line=found, column=column)


def _open_quotation(text: str, begin: int, separator: str) -> int:
    """Place of the first quoted cell from ``begin`` on that does not end as one; else ``begin``."""
    starts_cell, at = True, begin
    while at < len(text):
        if starts_cell and text[at] == '"':
            end = _closing(text, at + 1)
            if end is None or text[end : end + 1] not in ("", separator, *_ROW_ENDS):
                return at
            starts_cell, at = False, end
            continue
        starts_cell = text[at] in (separator, *_ROW_ENDS)
        at += 1
    return begin


def _closing(text: str, at: int) -> int | None:
    """Place behind the mark that closes a quotation; two marks in a row are one of its letters."""
    found = re.compile(r'(?:[^"]|"")*+"').match(text, at)
    return found.end() if found else None
