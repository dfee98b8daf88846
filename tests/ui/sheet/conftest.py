"""A small case sheet to write files of."""

from __future__ import annotations

import pytest

from entdemo.taxonomy import CLASSES
from entdemo.ui.sheet.content import CaseSheet, SheetCase
from tests.helpers.ui_fakes import draw_frame

PROBABILITIES = (0.004, 0.006, 0.01, 0.86, 0.05, 0.03, 0.04)


@pytest.fixture(scope="package")
def picture(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return draw_frame(tmp_path_factory.mktemp("picture") / "frame.jpg", "ear-left").read_bytes()


@pytest.fixture
def sheet(picture: bytes) -> CaseSheet:
    cases = tuple(
        SheetCase(
            f"c-{number:04d}",
            0.93 - 0.02 * number,
            "ear-left",
            "màng nhĩ co lõm",
            "Màng nhĩ trái co lõm, mất nón sáng.",
            "phantom",
            "Apache-2.0",
            picture,
        )
        for number in range(4)
    )
    return CaseSheet(
        language="vi",
        answer="Nhiều khả năng là tai trái.",
        probabilities=dict(zip(CLASSES, PROBABILITIES, strict=True)),
        cases=cases,
        weights="default",
        jpeg=picture,
        notes="Chú ý cán búa: ẤẰỠỮỴ.\nĐọc thêm ở chương 3.",
    )
