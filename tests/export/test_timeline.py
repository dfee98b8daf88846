from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from entdemo.clip.timeline import Stretch, Timeline
from entdemo.errors import DataError, UserError
from entdemo.export.pdf import handout_pdf
from entdemo.export.timeline import timeline_handout
from entdemo.inference.prediction import Neighbour

NEAR = Neighbour("c-1", 0.9, "throat", "tonsils", "Large tonsils.", "Amidan to.", "c-1.jpg")


def timeline(picture: bytes, *classes: str | None) -> Timeline:
    stretches = tuple(
        Stretch(61.0 * n, 61.0 * (n + 1), "throat", name, 0.04, 61.0 * n + 2, picture)
        for n, name in enumerate(classes)
    )
    return Timeline(61.0 * len(classes), stretches, UserError("clip.cut_short", seconds=122))


def test_each_structure_is_a_row_with_times_and_the_nearest_case(picture: bytes) -> None:
    made = timeline_handout(timeline(picture, None, "throat", "vc-open"), lambda _: [NEAR], "vi")
    page = PdfReader(io.BytesIO(handout_pdf(made))).pages[0]
    text = " ".join(page.extract_text().split())
    for part in (
        "Đoạn 1. họng",
        "Từ 1:01.0 đến 2:02.0, độ ngờ 0,04.",
        "Khung hình ở 1:03.0",
        "Amidan to. (c-1)",
        "Đoạn 2. dây thanh mở",
        "chỉ đọc được 122 giây đầu",
    ):
        assert part in text
    assert "Đoạn 3" not in text


def test_a_clip_without_any_structure_is_told(picture: bytes) -> None:
    with pytest.raises(DataError) as caught:
        timeline_handout(timeline(picture, None), lambda _: [NEAR], "en")
    assert caught.value.key == "export.no_structure"
