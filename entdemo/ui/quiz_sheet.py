"""The score sheet: a row an answer, in the language of the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from entdemo.locale import LANGUAGES, Language
from entdemo.storage.table import write_table
from entdemo.taxonomy import CLASS_NAMES, finding_names
from entdemo.ui.i18n import attribute, both, word
from entdemo.ui.quiz import Answer

COLUMNS = (
    "quiz.sheet_number",
    "case.id",
    "case.class",
    "quiz.sheet_answer",
    "quiz.sheet_result",
    "case.finding",
    "quiz.sheet_finding",
    "quiz.level",
    "quiz.sheet_again",
)
_RESULTS = {"none": "quiz.none", "side": "quiz.mistake_side", "other": "quiz.mistake_other"}


def sheet_link(answers: Sequence[Answer]) -> str:
    """A link that saves the score sheet; it carries the file, so nothing lies on the server."""
    href = attribute("href", *(_address(answers, language) for language in LANGUAGES))
    return f'<a class="quiet" download="entdemo-quiz.csv" {href}>{both("quiz.download")}</a>'


def _address(answers: Sequence[Answer], language: Language) -> str:
    data = base64.b64encode(score_sheet(answers, language)).decode("ascii")
    return f"data:text/csv;charset=utf-8;base64,{data}"


def score_sheet(answers: Sequence[Answer], language: Language) -> bytes:
    """CSV that spreadsheet programs open in the right letters, a row an answer."""
    header = [word(key, language) for key in COLUMNS]
    rows = [_row(number, given, language) for number, given in enumerate(answers, 1)]
    return write_table(header, rows)


def _row(number: int, given: Answer, language: Language) -> list[str]:
    item = given.item
    cells = (
        str(number),
        item.case_id,
        CLASS_NAMES[item.class_name][language],
        CLASS_NAMES[given.class_name][language],
        word(_RESULTS[given.mistake], language),
        finding_names(item.class_name, item.finding)[language],
        finding_names(given.class_name, given.finding)[language],
        word(f"quiz.{item.level}", language),
        word("quiz.no" if given.first else "quiz.yes", language),
    )
    return [_harmless(cell) for cell in cells]


def _harmless(cell: str) -> str:
    """A finding of a teacher's own must not run as a formula in the spreadsheet."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
