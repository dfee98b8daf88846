"""A case sheet as a ZIP: tables that spreadsheets open, the notes and the pictures."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable

from entdemo.taxonomy import CLASS_NAMES
from entdemo.ui.i18n import word
from entdemo.ui.sheet.content import CaseSheet, SheetCase

_NO_DATE = (1980, 1, 1, 0, 0, 0)
_CASE_COLUMNS = (
    "rank",
    "case_id",
    "similarity",
    "class",
    "finding",
    "caption",
    "source",
    "licence",
    "file",
)


def sheet_zip(sheet: CaseSheet) -> bytes:
    """The sheet's files in one archive; the same sheet gives the same bytes.

    It holds ``README.txt``, ``classes.csv``, ``cases.csv`` and the cases' pictures, and where there
    are any ``notes.txt``, ``description.txt`` and ``query.jpg``.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(sheet):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), data)
    return buffer.getvalue()


def _files(sheet: CaseSheet) -> Iterable[tuple[str, bytes]]:
    yield "README.txt", _readme(sheet).encode()
    yield "classes.csv", _classes(sheet)
    yield "cases.csv", _cases(sheet)
    texts = {"notes.txt": sheet.notes, "description.txt": sheet.text}
    yield from ((name, text.encode()) for name, text in texts.items() if text.strip())
    if sheet.jpeg:
        yield "query.jpg", sheet.jpeg
    for number, case in enumerate(sheet.cases, 1):
        yield _file_name(number, case), case.jpeg


def _readme(sheet: CaseSheet) -> str:
    title, purpose = (word(f"case_sheet.{key}", sheet.language) for key in ("title", "purpose"))
    return f"entdemo · {title}\n{purpose}\n\n{sheet.answer}\n"


def _classes(sheet: CaseSheet) -> bytes:
    rows = (
        (name, CLASS_NAMES[name][sheet.language], f"{probability:.4f}")
        for name, probability in sheet.probabilities.items()
    )
    return _table(("class", "name", "probability"), rows)


def _cases(sheet: CaseSheet) -> bytes:
    rows = (
        (
            str(number),
            case.case_id,
            f"{case.similarity:.4f}",
            case.class_name,
            case.finding,
            case.caption,
            case.source,
            case.licence,
            _file_name(number, case),
        )
        for number, case in enumerate(sheet.cases, 1)
    )
    return _table(_CASE_COLUMNS, rows)


def _file_name(number: int, case: SheetCase) -> str:
    return f"cases/{number:02d}-{case.case_id}.jpg"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
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
