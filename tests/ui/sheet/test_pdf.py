from __future__ import annotations

import io
import logging
from dataclasses import replace

import pytest
from pypdf import PdfReader

from entdemo.ui.sheet.content import CaseSheet
from entdemo.ui.sheet.pdf import plain, sheet_pdf


def read(sheet: CaseSheet) -> PdfReader:
    return PdfReader(io.BytesIO(sheet_pdf(sheet)))


def words(sheet: CaseSheet) -> str:
    """All text of the PDF with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in read(sheet).pages).split())


def test_everything_can_be_read_and_searched_with_its_diacritics(sheet: CaseSheet) -> None:
    text = words(sheet)
    for part in (
        "Phiếu ca",
        "Nhiều khả năng là tai trái.",
        "tai trái 86 %",
        "mũi phải < 1 %",
        "Chú ý cán búa: ẤẰỠỮỴ.",
        "Đọc thêm ở chương 3.",
        "Màng nhĩ trái co lõm, mất nón sáng.",
        "độ giống 0,93 · c-0000",
        "phantom · Apache-2.0",
    ):
        assert part in text


def test_each_page_says_what_it_is_for(sheet: CaseSheet) -> None:
    pages = read(replace(sheet, cases=sheet.cases * 3)).pages
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert "Chỉ để giảng dạy, không để chẩn đoán. entdemo" in text
        assert f"Trang {number}/2" in text


def test_it_names_neither_a_person_nor_a_date(sheet: CaseSheet) -> None:
    told = read(sheet).metadata
    assert told is not None
    assert told.author is None
    assert told.creation_date is not None
    assert told.creation_date.year == 1970


def test_the_language_is_told_to_screen_readers(sheet: CaseSheet) -> None:
    assert read(sheet).root_object["/Lang"] == "vi"


def alternatives(sheet: CaseSheet) -> list[str]:
    """Alternative texts of the pictures in their order."""
    elements = read(sheet).root_object["/StructTreeRoot"]["/K"][0]["/K"]
    return [str(element.get_object()["/Alt"]) for element in elements]


def test_pictures_have_alternative_text(sheet: CaseSheet) -> None:
    case = "tai trái: màng nhĩ co lõm"
    assert alternatives(sheet) == ["Khung hình được hỏi", *[case] * len(sheet.cases)]


def test_the_same_sheet_gives_the_same_bytes(sheet: CaseSheet) -> None:
    assert sheet_pdf(sheet) == sheet_pdf(sheet)


def test_a_description_stands_in_the_place_of_a_picture(sheet: CaseSheet) -> None:
    described = replace(sheet, jpeg=b"", text="thủng màng nhĩ trái", notes="")
    assert "Mô tả: thủng màng nhĩ trái" in words(described)
    assert "Ghi chú" not in words(described)
    assert alternatives(described) == ["tai trái: màng nhĩ co lõm"] * len(sheet.cases)


def test_long_notes_and_captions_run_on_without_harm(sheet: CaseSheet) -> None:
    cases = tuple(replace(case, caption="dài " * 1000) for case in sheet.cases)
    long = replace(sheet, notes="một dòng ghi chú\n" * 290, cases=cases)
    assert words(long).count("một dòng ghi chú") == 290


def test_letters_that_the_font_lacks_are_marked_quietly(
    sheet: CaseSheet, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        text = words(replace(sheet, notes="nghe 👂 rõ \x07 中"))
    assert "nghe ? rõ ?" in text
    assert caplog.messages == []


def test_letters_in_parts_are_put_together() -> None:
    assert plain("a\u0302\u0301\tb\x00") == "ấ b"
    assert plain("a\r\nb\n") == "a\nb"


def test_no_cases_are_no_fault(sheet: CaseSheet) -> None:
    assert "Phiếu ca" in words(replace(sheet, cases=()))
