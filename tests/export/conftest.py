"""A small case sheet and a small handout to write files of."""

from __future__ import annotations

import pytest

from entdemo.export.handout import Asked, Handout, HandoutCase
from entdemo.taxonomy import CLASSES
from tests.helpers.ui_fakes import draw_frame

PROBABILITIES = (0.004, 0.006, 0.01, 0.86, 0.05, 0.03, 0.04)


@pytest.fixture(scope="package")
def picture(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return draw_frame(tmp_path_factory.mktemp("picture") / "frame.jpg", "ear-left").read_bytes()


@pytest.fixture
def sheet(picture: bytes) -> Handout:
    cases = tuple(
        HandoutCase(
            f"c-{number:04d}",
            "ear-left",
            "màng nhĩ co lõm",
            "Màng nhĩ trái co lõm, mất nón sáng.",
            "phantom",
            "Apache-2.0",
            picture,
            similarity=0.93 - 0.02 * number,
        )
        for number in range(4)
    )
    asked = Asked(
        answer="Có lẽ là tai trái, nếu ảnh không bị xoay.",
        advice="Hãy so sánh các ca bên dưới trước khi kết luận.",
        probabilities=dict(zip(CLASSES, PROBABILITIES, strict=True)),
        weights="default",
        jpeg=picture,
    )
    notes = "Chú ý cán búa: ẤẰỠỮỴ.\nĐọc thêm ở chương 3."
    return Handout("vi", "Phiếu ca", cases, asked, notes)


@pytest.fixture
def handout(picture: bytes) -> Handout:
    terms = ("phantom", "Apache-2.0", picture)
    cases = (
        HandoutCase("c-0001", "ear-left", "retracted eardrum", "The light cone is lost.", *terms),
        HandoutCase("c-0002", "throat", "", "", *terms, note="Ask for the handle."),
    )
    return Handout("en", "Ears on Monday", cases)
