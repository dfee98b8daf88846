"""A handout as PDF: real text in an embedded font, pictures with alternative text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import CoreFont, TTFFont

from entdemo.export.fitting import fitted
from entdemo.export.handout import Asked, Handout, HandoutCase
from entdemo.export.letters import plain
from entdemo.locale.numbers import decimal, percent
from entdemo.taxonomy import CLASS_NAMES, STATED_NAMES

_FONTS = Path(__file__).parent / "fonts"
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


def handout_pdf(handout: Handout) -> bytes:
    """The handout as a PDF of A4 pages; the same handout gives the same bytes.

    A case sheet shows its cases three in a row; else each has a row with its words beside it, or
    room to write where the handout is without answers.
    """
    page = _Page(handout)
    page.add_page()
    page.head()
    if handout.asked is not None:
        page.query(handout.asked)
    page.notes()
    if handout.asked is not None:
        page.cards()
    else:
        page.rows()
    return bytes(page.output())


def _codes(font: CoreFont | TTFFont) -> Iterable[int]:
    """Code points of the letters in a font."""
    return font.cmap if isinstance(font, TTFFont) else ()


class _Page(FPDF):
    """A4 pages of one handout, filled from top to bottom."""

    def __init__(self, handout: Handout) -> None:
        super().__init__()
        self._handout = handout
        self.set_margin(_MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(True, margin=_MARGIN + 4)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("sans", style, _FONTS / f"NotoSans-{name}.ttf")
        self._letters = {"\n", *map(chr, _codes(self.fonts["sans"]))}
        self.set_title(f"entdemo · {handout.title}")
        self.set_lang(handout.language)
        self.set_creation_date(_NO_DATE)

    def footer(self) -> None:
        """What the handout is for, on each page."""
        handout, asked = self._handout, self._handout.asked
        values = {"purpose": handout.word("purpose"), "page": self.page_no()}
        if asked is None:
            told = handout.word("foot", **values)
        else:
            told = handout.word("sheet_foot", weights=asked.weights, **values)
        self.set_y(-_MARGIN)
        self._text(told, size=8, colour=_MUTED)

    def head(self) -> None:
        """Title and purpose."""
        handout = self._handout
        self._text(f"entdemo · {plain(handout.title)}", size=18, bold=True, line=9)
        self._text(handout.word("purpose"), size=11, bold=True, colour=_FILL, line=7)
        self.ln(3)

    def query(self, asked: Asked) -> None:
        """What was asked, and the answer beside or below it."""
        handout, top = self._handout, self.get_y()
        indent = 0.0
        if asked.jpeg:
            self._picture(asked.jpeg, handout.word("query"), _MARGIN, top, _QUERY)
            indent = _QUERY[0] + _GAP
        self._text(asked.answer, size=13, bold=True, indent=indent, line=6.5)
        self._text(asked.advice, indent=indent)
        if asked.text:
            self.ln(1)
            self._text(f"{handout.word('described')}: {plain(asked.text)}", indent=indent)
        self.ln(2)
        self._text(handout.word("probabilities"), colour=_MUTED, size=9, indent=indent)
        self._bars(asked.probabilities, indent)
        self.set_y(max(self.get_y(), top + (_QUERY[1] if asked.jpeg else 0)) + _GAP)

    def notes(self) -> None:
        """The teacher's notes, if there are any."""
        if self._handout.notes.strip():
            self._text(self._handout.word("notes"), size=13, bold=True, line=7)
            self._text(plain(self._handout.notes))
            self.ln(_GAP)

    def rows(self) -> None:
        """The cases one below the other, each with its words beside the picture."""
        for number, case in enumerate(self._handout.cases, 1):
            if self.will_page_break(_QUERY[1]):
                self.add_page()
            top, page = self.get_y(), self.page_no()
            alternative = self._handout.alternative(number, case)
            self._picture(case.jpeg, alternative, _MARGIN, top, _QUERY)
            self.set_y(top)
            for text, size, bold in self._told(number, case):
                self._text(text, size, bold=bold, indent=_QUERY[0] + _GAP)
            end = top + _QUERY[1] if self.page_no() == page else 0.0
            self.set_y(max(self.get_y(), end) + _GAP)

    def _told(self, number: int, case: HandoutCase) -> list[tuple[str, float, bool]]:
        """Text, size and weight of each paragraph beside a case."""
        handout = self._handout
        if handout.answers:
            title = f"{handout.number(number)}. {handout.answer(case)}"
            lines = [(plain(line), 10.0, False) for line in handout.lines(case)]
        else:
            title = handout.number(number)
            lines = [(plain(line), 10.0, False) for line in handout.question(case)]
        told = [(plain(title), 12.0, True), *lines, (plain(case.credit), 8.0, False)]
        return [one for one in told if one[0]]

    def cards(self) -> None:
        """The cases three in a row."""
        cases = self._handout.cases
        rows = [cases[n : n + _COLUMNS] for n in range(0, len(cases), _COLUMNS)]
        for number, row in enumerate(rows):
            heading = 9.0 if number == 0 else 0.0
            if self.will_page_break(heading + self._row_height(row)):
                self.add_page()
            if heading:
                self._text(self._handout.word("nearest"), size=13, bold=True, line=heading)
            self._row(row)

    def _row(self, row: Sequence[HandoutCase]) -> None:
        top, height = self.get_y(), self._row_height(row)
        for column, case in enumerate(row):
            left = _MARGIN + column * (_CARD + _GAP)
            self._picture(case.jpeg, self._handout.answer(case), left, top, (_CARD, _PICTURE))
            self.set_y(top + _PICTURE + 1)
            for text, bold in self._lines(case):
                self._text(text, 8, bold=bold, indent=left - _MARGIN, width=_CARD, line=4)
        self.set_y(top + height)

    def _row_height(self, row: Sequence[HandoutCase]) -> float:
        heights = (
            sum(self._height(text, bold=bold) for text, bold in self._lines(case)) for case in row
        )
        return _PICTURE + 1 + max(heights) + _GAP / 2

    def _height(self, text: str, *, bold: bool) -> float:
        self.set_font("sans", "B" if bold else "", 8)
        height = self.multi_cell(_CARD, 4, text, dry_run=True, output=MethodReturnValue.HEIGHT)
        return cast(float, height)

    def _lines(self, case: HandoutCase) -> list[tuple[str, bool]]:
        language = self._handout.language
        lines = [(STATED_NAMES[case.class_name][language], True)]
        if case.similarity is not None:
            value = decimal(case.similarity, language)
            near = self._handout.word("similarity", value=value)
            lines.append((f"{near} · {case.case_id}", False))
        for text in self._handout.lines(case):
            lines.append((shorten(plain(text), _MOST_LETTERS, placeholder=" …"), False))
        lines.append((plain(case.credit), False))
        return [(text, bold) for text, bold in lines if text]

    def _bars(self, probabilities: dict[str, float], indent: float) -> None:
        width = _WIDTH - indent
        for name, probability in probabilities.items():
            left, top = _MARGIN + indent, self.get_y()
            best = probability == max(probabilities.values())
            self._text(
                CLASS_NAMES[name][self._handout.language], 9, bold=best, indent=indent, width=38
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
        self.image(io.BytesIO(jpeg), x, y, *fitted(jpeg, room), alt_text=text)

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
