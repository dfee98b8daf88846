from __future__ import annotations

import io
import logging
from dataclasses import replace

import pytest
from pypdf import PdfReader

from entdemo.export.handout import Handout
from entdemo.export.letters import plain
from entdemo.export.pdf import handout_pdf


def read(sheet: Handout) -> PdfReader:
    return PdfReader(io.BytesIO(handout_pdf(sheet)))


def words(sheet: Handout) -> str:
    """All text of the PDF with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in read(sheet).pages).split())


def test_everything_can_be_read_and_searched_with_its_diacritics(sheet: Handout) -> None:
    text = words(sheet)
    for part in (
        "Phiếu ca",
        "Có lẽ là tai trái, nếu ảnh không bị xoay. Hãy so sánh các ca bên dưới",
        "tai trái 86 %",
        "mũi phải < 1 %",
        "Chú ý cán búa: ẤẰỠỮỴ.",
        "Đọc thêm ở chương 3.",
        "Màng nhĩ trái co lõm, mất nón sáng.",
        "độ giống 0,93 · c-0000",
        "phantom · Apache-2.0",
    ):
        assert part in text


def test_each_page_says_what_it_is_for(sheet: Handout) -> None:
    pages = read(replace(sheet, cases=sheet.cases * 3)).pages
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert "Chỉ để giảng dạy, không để chẩn đoán. entdemo" in text
        assert f"Trang {number}/2" in text


def test_it_names_neither_a_person_nor_a_date(sheet: Handout) -> None:
    told = read(sheet).metadata
    assert told is not None
    assert told.author is None
    assert told.creation_date is not None
    assert told.creation_date.year == 1970


def test_the_language_is_told_to_screen_readers(sheet: Handout) -> None:
    assert read(sheet).root_object["/Lang"] == "vi"


def alternatives(sheet: Handout) -> list[str]:
    """Alternative texts of the pictures in their order."""
    elements = read(sheet).root_object["/StructTreeRoot"]["/K"][0]["/K"]
    return [str(element.get_object()["/Alt"]) for element in elements]


def test_pictures_have_alternative_text(sheet: Handout) -> None:
    case = "tai trái: màng nhĩ co lõm"
    assert alternatives(sheet) == ["Khung hình được hỏi", *[case] * len(sheet.cases)]


def test_the_same_sheet_gives_the_same_bytes(sheet: Handout) -> None:
    assert handout_pdf(sheet) == handout_pdf(sheet)


def test_a_description_stands_in_the_place_of_a_picture(sheet: Handout) -> None:
    assert sheet.asked is not None
    asked = replace(sheet.asked, jpeg=b"", text="thủng màng nhĩ trái")
    described = replace(sheet, asked=asked, notes="")
    assert "Mô tả: thủng màng nhĩ trái" in words(described)
    assert "Ghi chú" not in words(described)
    assert alternatives(described) == ["tai trái: màng nhĩ co lõm"] * len(sheet.cases)


def test_long_notes_and_captions_run_on_without_harm(sheet: Handout) -> None:
    cases = tuple(replace(case, caption="dài " * 1000) for case in sheet.cases)
    long = replace(sheet, notes="một dòng ghi chú\n" * 290, cases=cases)
    assert words(long).count("một dòng ghi chú") == 290


def test_letters_that_the_font_lacks_are_marked_quietly(
    sheet: Handout, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        text = words(replace(sheet, notes="nghe 👂 rõ \x07 中"))
    assert "nghe ? rõ ?" in text
    assert caplog.messages == []


def test_letters_in_parts_are_put_together() -> None:
    assert plain("a\u0302\u0301\tb\x00") == "ấ b"
    assert plain("a\r\nb\n") == "a\nb"


def test_no_cases_are_no_fault(sheet: Handout) -> None:
    assert "Phiếu ca" in words(replace(sheet, cases=()))


def test_a_handout_has_its_words_beside_each_picture(handout: Handout) -> None:
    text = words(handout)
    for part in (
        "entdemo · Ears on Monday",
        "Case 1. ear, left: retracted eardrum",
        "The light cone is lost.",
        "Ask for the handle.",
        "phantom · Apache-2.0",
        "For teaching, not for diagnosis. entdemo. Page 1 of 1",
    ):
        assert part in text
    assert alternatives(handout) == ["ear, left: retracted eardrum", "throat"]


def test_questions_show_and_credit_but_do_not_tell(handout: Handout) -> None:
    asked = replace(handout, answers=False)
    text = words(asked)
    assert text.count("What do you see?") == text.count("phantom · Apache-2.0") == 2
    assert "eardrum" not in text
    assert "c-0001" not in text
    assert alternatives(asked) == ["Case 1", "Case 2"]


def test_a_case_with_more_words_than_a_page_runs_on(handout: Handout) -> None:
    cases = (replace(handout.cases[0], note="a line of a note\n" * 120), *handout.cases[1:])
    text = words(replace(handout, cases=cases))
    assert text.count("a line of a note") == 120
    assert "Case 2. throat" in text
