"""A case sheet as a ZIP: tables that spreadsheets open, the notes and the pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from entdemo.storage.table import csv_bytes
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
    return csv_bytes(("class", "name", "probability"), rows)


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
    return csv_bytes(_CASE_COLUMNS, rows)


def _file_name(number: int, case: SheetCase) -> str:
    return f"cases/{number:02d}-{case.case_id}.jpg"
