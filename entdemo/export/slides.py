"""A handout as PowerPoint slides: a question and an answer a case, all text to be edited."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR
from pptx.presentation import Presentation as Slides
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Inches, Pt

from entdemo.export.archive import packed
from entdemo.export.fitting import fitted
from entdemo.export.handout import Asked, Handout, HandoutCase
from entdemo.export.letters import plain

# Inches on a slide of 16 to 9
_WIDTH, _HEIGHT = 13.333, 7.5
_EDGE = 0.5
_TOP = 1.35
_PICTURE = (7.2, 5.2)
_TEXT_LEFT = _EDGE + _PICTURE[0] + 0.4
_CREDIT_TOP = _TOP + _PICTURE[1] + 0.1

_MUTED = RGBColor(75, 90, 88)
_TITLE_ONLY = 5
"""Place of that layout in the template that comes with python-pptx."""
_NO_DATE = datetime(1980, 1, 1)
_LANGUAGES = {"en": MSO_LANGUAGE_ID.ENGLISH_US, "vi": MSO_LANGUAGE_ID.VIETNAMESE}


def handout_slides(handout: Handout) -> bytes:
    """The handout as .pptx; the same handout gives the same bytes.

    After the first slide come two a case, or its question alone in a handout without answers.
    """
    show = _Show(handout)
    show.first()
    for number, case in enumerate(handout.cases, 1):
        show.question(number, case)
        if handout.answers:
            show.answer(number, case)
    return _undated(show.slides)


class _Show:
    """Slides of one handout, filled one after the other."""

    def __init__(self, handout: Handout) -> None:
        self._handout = handout
        self.slides = Presentation()
        self.slides.slide_width, self.slides.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
        told = self.slides.core_properties
        told.title, told.language = handout.title, handout.language
        told.author, told.last_modified_by, told.keywords = "entdemo", "", ""
        told.created = told.modified = told.last_printed = _NO_DATE

    def first(self) -> None:
        """Title, purpose, and on a case sheet what was asked and answered."""
        handout, asked = self._handout, self._handout.asked
        slide = self._slide(handout.title)
        lines = [handout.word("purpose"), *plain(handout.notes).splitlines()]
        if asked is not None:
            lines[:0] = self._query(slide, asked)
        self._text(slide, lines, beside=asked is not None and bool(asked.jpeg))

    def question(self, number: int, case: HandoutCase) -> None:
        """The picture, and what is to be seen on it."""
        handout = self._handout
        title = handout.number(number)
        slide = self._slide(title)
        self._picture(slide, case.jpeg, title, case.credit)
        self._text(slide, handout.question(case))

    def answer(self, number: int, case: HandoutCase) -> None:
        """The picture once more, and what it is."""
        handout = self._handout
        told = handout.answer(case)
        slide = self._slide(f"{handout.number(number)}. {told}")
        self._picture(slide, case.jpeg, told, case.credit)
        self._text(slide, handout.lines(case))

    def _query(self, slide: Slide, asked: Asked) -> list[str]:
        if asked.jpeg:
            self._picture(slide, asked.jpeg, self._handout.word("query"), "")
        described = f"{self._handout.word('described')}: {asked.text}" if asked.text else ""
        return [line for line in (asked.answer, asked.advice, described) if line]

    def _slide(self, title: str) -> Slide:
        slide: Slide = self.slides.slides.add_slide(self.slides.slide_layouts[_TITLE_ONLY])
        place = slide.shapes.title
        assert place is not None  # the layout has one
        place.left, place.top = Inches(_EDGE), Inches(0.35)
        place.width, place.height = Inches(_WIDTH - 2 * _EDGE), Inches(0.8)
        self._write(place.text_frame, [title], 28)
        return slide

    def _picture(self, slide: Slide, jpeg: bytes, alternative: str, credit: str) -> None:
        size = [Inches(side) for side in fitted(jpeg, _PICTURE)]
        shown = slide.shapes.add_picture(
            io.BytesIO(jpeg), Inches(_EDGE), Inches(_TOP), width=size[0], height=size[1]
        )
        (told,) = shown._element.xpath("./p:nvPicPr/p:cNvPr")
        told.set("descr", plain(alternative))
        if credit:
            place = (_EDGE, _CREDIT_TOP, _WIDTH - 2 * _EDGE, 0.4)
            self._write(self._box(slide, *place), [credit], 12, _MUTED)

    def _text(self, slide: Slide, lines: list[str], *, beside: bool = True) -> None:
        left = _TEXT_LEFT if beside else _EDGE
        frame = self._box(slide, left, _TOP, _WIDTH - left - _EDGE, _PICTURE[1])
        self._write(frame, lines, 20)

    def _box(self, slide: Slide, left: float, top: float, width: float, height: float) -> TextFrame:
        box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
        frame: TextFrame = box.text_frame
        return frame

    def _write(
        self, frame: TextFrame, lines: list[str], size: int, colour: RGBColor | None = None
    ) -> None:
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        for number, line in enumerate(lines):
            paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
            run = paragraph.add_run()
            run.text = plain(line)
            run.font.size = Pt(size)
            run.font.language_id = _LANGUAGES[self._handout.language]
            if colour is not None:
                run.font.color.rgb = colour


def _undated(slides: Slides) -> bytes:
    buffer = io.BytesIO()
    slides.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return packed((name, archive.read(name)) for name in archive.namelist())
