from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from PIL import Image
from pptx import Presentation
from pptx.shapes.picture import Picture
from pptx.slide import Slide

from entdemo.export.handout import Handout
from entdemo.export.slides import handout_slides


def slides(handout: Handout) -> list[Slide]:
    return list(Presentation(io.BytesIO(handout_slides(handout))).slides)


def text(slide: Slide) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def pictures(slide: Slide) -> Iterator[Picture]:
    return (shape for shape in slide.shapes if isinstance(shape, Picture))


def alternative(slide: Slide) -> list[str]:
    return [it._element.nvPicPr.cNvPr.get("descr") for it in pictures(slide)]


def test_each_case_is_asked_and_then_answered(handout: Handout) -> None:
    first, question, answer, *rest = slides(handout)
    assert text(first) == ["Ears on Monday", "For teaching, not for diagnosis."]
    assert text(question) == ["Case 1", "phantom · Apache-2.0", "What do you see?"]
    told = "Case 1. ear, left: retracted eardrum"
    assert text(answer) == [told, "phantom · Apache-2.0", "The light cone is lost."]
    assert [text(slide)[0] for slide in rest] == ["Case 2", "Case 2. throat"]


def test_pictures_have_alternative_text_that_tells_nothing_early(handout: Handout) -> None:
    _, question, answer, *_ = slides(handout)
    assert alternative(question) == ["Case 1"]
    assert alternative(answer) == ["ear, left: retracted eardrum"]
    (shown,) = pictures(answer)
    assert Image.open(io.BytesIO(shown.image.blob)).size == (320, 240)


def test_questions_alone_hold_no_answer(handout: Handout) -> None:
    shown = slides(replace(handout, answers=False))
    assert [text(slide)[0] for slide in shown] == ["Ears on Monday", "Case 1", "Case 2"]


def test_a_case_sheet_begins_with_the_query_and_its_answer(sheet: Handout) -> None:
    shown = slides(sheet)
    assert len(shown) == 1 + 2 * len(sheet.cases)
    title, words = text(shown[0])
    assert title == "Phiếu ca"
    assert words.splitlines()[0] == "Có lẽ là tai trái, nếu ảnh không bị xoay."
    assert "Chú ý cán búa: ẤẰỠỮỴ." in words
    assert alternative(shown[0]) == ["Khung hình được hỏi"]


def test_the_language_of_the_words_is_marked(sheet: Handout) -> None:
    run = slides(sheet)[1].shapes.title.text_frame.paragraphs[0].runs[0]
    assert run._r.rPr.get("lang") == "vi-VN"


def test_nothing_of_person_or_date_and_the_same_bytes(handout: Handout) -> None:
    made = handout_slides(handout)
    told = Presentation(io.BytesIO(made)).core_properties
    assert (told.author, told.title, told.created.year) == ("entdemo", "Ears on Monday", 1980)
    assert handout_slides(handout) == made
