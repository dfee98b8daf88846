"""A case sheet as PDF: real text in an embedded font, pictures with alternative text."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import CoreFont, TTFFont
from PIL import Image

from entdemo.taxonomy import CLASS_NAMES
from entdemo.ui.i18n import decimal, percent, word
from entdemo.ui.sheet.content import CaseSheet, SheetCase

_FONTS = Path(__file__).parent.parent / "fonts"
_INK, _MUTED, _TRACK, _FILL = (20, 33, 31), (75, 90, 88), (227, 233, 232), (11, 107, 101)
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)

# Millimetres on an A4 page of 210 x 297
_MARGIN = 16.0
_WIDTH = 210 - 2 * _MARGIN
_LINE = 5.0
_QUERY = (66.0, 50.0)
_GAP = 6.0
_COLUMNS = 3
_CARD = (_WIDTH - (_COLUMNS - 1) * _GAP) / _COLUMNS
_PICTURE = 38.0
_MOST_LETTERS = 400


def sheet_pdf(sheet: CaseSheet) -> bytes:
    """The sheet as a PDF of A4 pages; the same sheet gives the same bytes."""
    page = _Page(sheet)
    page.add_page()
    page.head()
    page.query()
    page.notes()
    page.cases()
    return bytes(page.output())


def plain(text: str) -> str:
    """Text as the font can show it: letters composed, line ends alike, no control characters."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join(
        "".join(c for c in line.replace("\t", " ") if unicodedata.category(c)[0] != "C")
        for line in lines
    )


def _codes(font: CoreFont | TTFFont) -> Iterable[int]:
    """Code points of the letters in a font."""
    return font.cmap if isinstance(font, TTFFont) else ()


class _Page(FPDF):
    """A4 pages of one sheet, filled from top to bottom."""

    def __init__(self, sheet: CaseSheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.set_margin(_MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(True, margin=_MARGIN + 4)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("sans", style, _FONTS / f"NotoSans-{name}.ttf")
        self._letters = {"\n", *map(chr, _codes(self.fonts["sans"]))}
        self.set_title(f"entdemo · {self._word('title')}")
        self.set_lang(sheet.language)
        self.set_creation_date(_NO_DATE)

    def footer(self) -> None:
        """What the sheet is for, on each page."""
        sheet = self._sheet
        purpose, page = self._word("purpose"), self.page_no()
        self.set_y(-_MARGIN)
        self._text(
            self._word("foot", purpose=purpose, weights=sheet.weights, page=page),
            size=8,
            colour=_MUTED,
        )

    def head(self) -> None:
        """Title and purpose."""
        self._text(f"entdemo · {self._word('title')}", size=18, bold=True, line=9)
        self._text(self._word("purpose"), size=11, bold=True, colour=_FILL, line=7)
        self.ln(3)

    def query(self) -> None:
        """What was asked, and the answer beside or below it."""
        sheet, top = self._sheet, self.get_y()
        indent = 0.0
        if sheet.jpeg:
            self._picture(sheet.jpeg, self._word("query"), _MARGIN, top, _QUERY)
            indent = _QUERY[0] + _GAP
        self._text(sheet.answer, size=13, bold=True, indent=indent, line=6.5)
        if sheet.text:
            self.ln(1)
            self._text(f"{self._word('described')}: {plain(sheet.text)}", indent=indent)
        self.ln(2)
        self._text(self._word("probabilities"), colour=_MUTED, size=9, indent=indent)
        self._bars(indent)
        self.set_y(max(self.get_y(), top + (_QUERY[1] if sheet.jpeg else 0)) + _GAP)

    def notes(self) -> None:
        """The teacher's notes, if there are any."""
        if self._sheet.notes.strip():
            self._text(self._word("notes"), size=13, bold=True, line=7)
            self._text(plain(self._sheet.notes))
            self.ln(_GAP)

    def cases(self) -> None:
        """The neighbours, three in a row."""
        cases = self._sheet.cases
        rows = [cases[n : n + _COLUMNS] for n in range(0, len(cases), _COLUMNS)]
        for number, row in enumerate(rows):
            heading = 9.0 if number == 0 else 0.0
            if self.will_page_break(heading + self._row_height(row)):
                self.add_page()
            if heading:
                self._text(self._word("cases"), size=13, bold=True, line=heading)
            self._row(row)

    def _row(self, row: Sequence[SheetCase]) -> None:
        top, height = self.get_y(), self._row_height(row)
        for column, case in enumerate(row):
            left = _MARGIN + column * (_CARD + _GAP)
            name = CLASS_NAMES[case.class_name][self._sheet.language]
            self._picture(case.jpeg, f"{name}: {case.finding}", left, top, (_CARD, _PICTURE))
            self.set_y(top + _PICTURE + 1)
            for text, bold in self._lines(case):
                self._text(text, 8, bold=bold, indent=left - _MARGIN, width=_CARD, line=4)
        self.set_y(top + height)

    def _row_height(self, row: Sequence[SheetCase]) -> float:
        heights = (
            sum(self._height(text, bold=bold) for text, bold in self._lines(case)) for case in row
        )
        return _PICTURE + 1 + max(heights) + _GAP / 2

    def _height(self, text: str, *, bold: bool) -> float:
        self.set_font("sans", "B" if bold else "", 8)
        height = self.multi_cell(_CARD, 4, text, dry_run=True, output=MethodReturnValue.HEIGHT)
        return cast(float, height)

    def _lines(self, case: SheetCase) -> list[tuple[str, bool]]:
        language = self._sheet.language
        value = decimal(case.similarity, language)
        terms = " · ".join(part for part in (case.source, case.licence) if part)
        lines = [
            (CLASS_NAMES[case.class_name][language], True),
            (f"{self._word('similarity', value=value)} · {case.case_id}", False),
            (shorten(plain(case.caption), _MOST_LETTERS, placeholder=" …"), False),
            (plain(terms), False),
        ]
        return [(text, bold) for text, bold in lines if text]

    def _bars(self, indent: float) -> None:
        width = _WIDTH - indent
        for name, probability in self._sheet.probabilities.items():
            left, top = _MARGIN + indent, self.get_y()
            best = probability == max(self._sheet.probabilities.values())
            self._text(
                CLASS_NAMES[name][self._sheet.language], 9, bold=best, indent=indent, width=38
            )
            track = width - 38 - 16
            for share, colour in ((1.0, _TRACK), (probability, _FILL if best else _MUTED)):
                self.set_fill_color(*colour)
                self.rect(left + 38, top + 1.2, track * share, _LINE - 2.4, style="F")
            self.set_y(top)
            self._text(percent(probability), 9, indent=indent + width - 14, width=14)

    def _picture(
        self, jpeg: bytes, text: str, x: float, y: float, room: tuple[float, float]
    ) -> None:
        """Put a picture into the upper left of a room that begins at x, y."""
        with Image.open(io.BytesIO(jpeg)) as image:
            scale = min(room[0] / image.width, room[1] / image.height)
            size = image.width * scale, image.height * scale
        self.image(io.BytesIO(jpeg), x, y, *size, alt_text=text.strip(": "))

    def _text(
        self,
        text: str,
        size: float = 10,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = _INK,
        indent: float = 0,
        width: float = 0,
        line: float = _LINE,
    ) -> None:
        self.set_font("sans", "B" if bold else "", size)
        self.set_text_color(*colour)
        self.set_x(_MARGIN + indent)
        shown = "".join(letter if letter in self._letters else "?" for letter in text)
        self.multi_cell(width, line, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _word(self, key: str, **values: object) -> str:
        return word(f"case_sheet.{key}", self._sheet.language, **values)
