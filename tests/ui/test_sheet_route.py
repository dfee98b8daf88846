from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader

from entdemo.errors import UserError
from entdemo.taxonomy import CLASSES
from entdemo.ui.sheet_route import make_sheet, read_order
from tests.helpers.ui_fakes import FakePredictor

VALUES = (0.01, 0.02, 0.03, 0.86, 0.04, 0.03, 0.01)


@pytest.fixture
def order(predictor: FakePredictor) -> dict[str, Any]:
    gallery = predictor.gallery
    data = gallery.frame_path(gallery.cases[0]).read_bytes()
    return {
        "format": "pdf",
        "language": "en",
        "kind": "frame",
        "judgement": {
            "grade": "trust",
            "reasons": [],
            "region": "ear",
            "class_name": "ear-left",
            "possible": ["ear"],
        },
        "probabilities": dict(zip(CLASSES, VALUES, strict=True)),
        "cases": [["ear-left-1", 0.91], ["throat-0", 0.5]],
        "picture": "data:image/jpeg;base64," + base64.b64encode(data).decode(),
        "text": "",
        "notes": "see the handle",
    }


def made(predictor: FakePredictor, order: dict[str, Any]) -> bytes:
    return make_sheet(predictor, read_order(json.dumps(order).encode()))  # type: ignore[arg-type]


def test_a_pdf_holds_what_the_page_showed(predictor: FakePredictor, order: dict[str, Any]) -> None:
    page = PdfReader(io.BytesIO(made(predictor, order))).pages[0]
    text = " ".join(page.extract_text().split())
    for part in (
        "This looks like a left ear, if",
        "the nearest cases agree",
        "ear, left 86 %",
        "see the handle",
        "similarity 0.91",
    ):
        assert part in text
    assert len(page.images) == 3


def test_a_zip_speaks_the_language_of_the_page(
    predictor: FakePredictor, order: dict[str, Any]
) -> None:
    data = made(predictor, order | {"format": "zip", "language": "vi"})
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert (
        "Khung hình này cho thấy tai trái, nếu ảnh không bị xoay."
        in archive.read("README.txt").decode()
    )
    assert "tai trái" in archive.read("classes.csv").decode("utf-8-sig")


def test_probabilities_stand_in_taxonomy_order(order: dict[str, Any]) -> None:
    turned = dict(reversed(order["probabilities"].items()))
    read = read_order(json.dumps(order | {"probabilities": turned}).encode())
    assert list(read.probabilities) == list(CLASSES)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "exe"},
        {"judgement": {"grade": "sure", "reasons": []}},
        {"judgement": {"grade": "check", "reasons": []}},
        {"judgement": {"grade": "refused", "reasons": ["unlike-endoscopy"], "possible": ["ear"]}},
        {"judgement": {"grade": "check", "reasons": [], "possible": ["elbow"]}},
        {"probabilities": {"throat": 1.0}},
        {"probabilities": dict.fromkeys(CLASSES, 2.0)},
        {"cases": [["ear-left-1", 0.9]] * 25},
        {"cases": [["ear-left-1", float("nan")]]},
        {"notes": "x" * 5001},
        {"path": "/etc/passwd"},
        {"picture": "http://elsewhere/picture.jpg"},
        {"picture": "file:///etc/passwd"},
        {"picture": "data:image/jpeg;base64,%%%"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_order_that_the_page_would_not_send_is_refused(
    predictor: FakePredictor, order: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(UserError) as caught:
        made(predictor, order | change)
    assert caught.value.key == "sheet.order"


def test_a_picture_that_is_none_and_a_case_that_is_not_there_are_named(
    predictor: FakePredictor, order: dict[str, Any]
) -> None:
    broken = "data:image/jpeg;base64," + base64.b64encode(b"no picture").decode()
    with pytest.raises(UserError) as caught:
        made(predictor, order | {"picture": broken})
    assert caught.value.key == "frame.not_a_picture"
    with pytest.raises(UserError) as caught:
        made(predictor, order | {"cases": [["nobody", 0.5]]})
    assert caught.value.key == "gallery.no_such_case"
