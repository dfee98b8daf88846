"""A handout as tables that spreadsheets open, alone or in a ZIP with notes and pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from entdemo.export.handout import Asked, Handout, HandoutCase
from entdemo.locale import Language
from entdemo.storage.table import csv_bytes
from entdemo.taxonomy import CLASS_NAMES

_NO_DATE = (1980, 1, 1, 0, 0, 0)
_ANSWERS = ("case_id", "similarity", "class", "finding", "caption", "taught", "note")
"""Columns that say what a case is; ids are the gallery's own and may do so."""


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of the files in their order; the same files give the same bytes, without a date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def handout_zip(handout: Handout) -> bytes:
    """The handout's files in one archive; the same handout gives the same bytes.

    It holds ``README.txt``, ``cases.csv`` and the cases' pictures, and where there are any
    ``classes.csv``, ``notes.txt``, ``description.txt`` and ``query.jpg``.
    """
    return packed(_files(handout))


def handout_csv(handout: Handout) -> bytes:
    """A row a case, in the handout's order; without answers only what does not give them away."""
    return _table(handout, with_files=False)


def _files(handout: Handout) -> Iterable[tuple[str, bytes]]:
    yield "README.txt", _readme(handout).encode()
    asked, texts = handout.asked, {"notes.txt": handout.notes}
    if asked is not None:
        yield "classes.csv", _classes(asked, handout.language)
        texts["description.txt"] = asked.text
    yield "cases.csv", _table(handout, with_files=True)
    yield from ((name, text.encode()) for name, text in texts.items() if text.strip())
    if asked is not None and asked.jpeg:
        yield "query.jpg", asked.jpeg
    for number, case in enumerate(handout.cases, 1):
        yield _file_name(handout, number, case), case.jpeg


def _readme(handout: Handout) -> str:
    answer = f"\n{handout.asked.answer}\n{handout.asked.advice}\n" if handout.asked else ""
    return f"entdemo · {handout.title}\n{handout.word('purpose')}\n{answer}"


def _classes(asked: Asked, language: Language) -> bytes:
    rows = (
        (name, CLASS_NAMES[name][language], f"{probability:.4f}")
        for name, probability in asked.probabilities.items()
    )
    return csv_bytes(("class", "name", "probability"), rows)


def _table(handout: Handout, *, with_files: bool) -> bytes:
    told = _ANSWERS if handout.answers else ()
    columns = [
        "rank",
        *told,
        "history",
        "alternative",
        "source",
        "licence",
        *(["file"] if with_files else []),
    ]
    rows = [_row(handout, number, case) for number, case in enumerate(handout.cases, 1)]
    return csv_bytes(columns, [[row[column] for column in columns] for row in rows])


def _row(handout: Handout, number: int, case: HandoutCase) -> dict[str, str]:
    return {
        "rank": str(number),
        "case_id": case.case_id,
        "similarity": "" if case.similarity is None else f"{case.similarity:.4f}",
        "class": case.class_name,
        "finding": case.finding,
        "caption": case.caption,
        "history": case.history,
        "taught": "\n".join(case.taught),
        "note": case.note,
        "alternative": handout.alternative(number, case),
        "source": case.source,
        "licence": case.licence,
        "file": _file_name(handout, number, case),
    }


def _file_name(handout: Handout, number: int, case: HandoutCase) -> str:
    named = f"-{case.case_id}" if handout.answers else ""
    return f"cases/{number:02d}{named}.jpg"
