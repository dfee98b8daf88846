"""A case sheet shows nothing that a device wrote beside the picture."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader

from benchmarks.fixtures.pictures import saved
from entdemo.image.frame import load_frame
from entdemo.phantom import draw
from entdemo.taxonomy import CLASSES
from entdemo.ui.pictures import query_picture
from entdemo.ui.sheet_route import make_sheet, read_order
from tests.helpers.ui_fakes import FakePredictor

WORDS = "TESTNAME ALPHA 1970"
WHITE, BLACK, BLUE = (255, 255, 255), (0, 0, 0), (20, 40, 160)
Tone = tuple[int, int, int]

KINDS: dict[str, tuple[Tone, Tone, tuple[int, int, int, int], int]] = {
    # surround, letters, where the picture lies in 800 x 600, roundness of its corners
    "a wide capture with rounded corners": (BLACK, WHITE, (100, 60, 700, 560), 160),
    "a report on white": (WHITE, BLACK, (300, 90, 780, 570), 240),
    "a blue screen": (BLUE, WHITE, (300, 90, 780, 570), 240),
    "a banner above": (BLACK, WHITE, (160, 100, 640, 580), 240),
    "a label beside": (BLACK, BLACK, (310, 60, 790, 540), 120),
}


def drawn(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """A screen with a picture and a name, [600, 800, 3] uint8, and where its letters are."""
    surround, letters, box, roundness = KINDS[kind]
    screen = Image.new("RGB", (800, 600), surround)
    side = (box[2] - box[0], box[3] - box[1])
    rounded = Image.new("L", side)
    ImageDraw.Draw(rounded).rounded_rectangle((0, 0, side[0] - 1, side[1] - 1), roundness, fill=255)
    screen.paste(Image.fromarray(draw(3, style="square").rgb).resize(side), box[:2], rounded)
    if kind == "a label beside":
        ImageDraw.Draw(screen).rectangle((10, 60, 280, 260), fill=(230, 230, 230))
    blank = np.asarray(screen).copy()
    ImageDraw.Draw(screen).text((20, 70), "\n".join(WORDS.split()), letters, _font(28))
    if kind == "a banner above":
        ImageDraw.Draw(screen).text((20, 12), WORDS, letters, _font(40))
    written = (np.asarray(screen) != blank).any(axis=2)
    assert written.sum() > 500
    return np.asarray(screen), written


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def query_on_sheet(predictor: FakePredictor, picture: str) -> np.ndarray:
    """The query as the PDF shows it."""
    order = {
        "format": "pdf",
        "language": "en",
        "kind": "frame",
        "judgement": {
            "grade": "trust", "reasons": [], "region": "ear", "class_name": None,
            "possible": ["ear"],
        },
        "probabilities": dict.fromkeys(CLASSES, 1 / 7),
        "cases": [],
        "picture": picture,
    }  # fmt: skip
    sheet = make_sheet(predictor, read_order(json.dumps(order).encode()))  # type: ignore[arg-type]
    (image,) = PdfReader(io.BytesIO(sheet)).pages[0].images
    return np.asarray(Image.open(io.BytesIO(image.data)).convert("RGB").resize((800, 600)))


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_beside_the_picture_is_on_the_sheet(predictor: FakePredictor, kind: str) -> None:
    screen, written = drawn(kind)
    shown = query_on_sheet(predictor, query_picture(load_frame(saved(screen, "PNG")), 960))
    assert (shown[written].max(axis=1) > 60).mean() < 0.02
    left, top, right, bottom = KINDS[kind][2]
    assert shown[(top + bottom) // 2, (left + right) // 2].max() > 40
