"""Names and numbers that a device wrote beside a picture or over it are not kept."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.fixtures.gallery_samples import EMBEDDER
from benchmarks.fixtures.pictures import saved
from entdemo.gallery.intake import NewCase, stored_jpeg, take_in
from entdemo.gallery.journal import Journal
from entdemo.image.burned_text import burned_text
from entdemo.image.frame import frame_from_array, load_frame
from entdemo.phantom import draw
from entdemo.ui.pictures import query_picture

WORDS = "TESTNAME ALPHA 1970"


def marked(
    place: tuple[int, int], size: int = 24, tone: tuple[int, int, int] = (255, 255, 255)
) -> np.ndarray:
    """A rounded picture, wider than high, on black, with text at ``place``; [480, 640, 3]."""
    scene = Image.fromarray(draw(3, style="square").rgb).resize((520, 400))
    canvas = Image.new("RGB", (640, 480))
    rounded = Image.new("L", scene.size)
    ImageDraw.Draw(rounded).rounded_rectangle((0, 0, 519, 399), 120, fill=255)
    canvas.paste(scene, (100, 60), rounded)
    ImageDraw.Draw(canvas).text(place, WORDS, tone, ImageFont.load_default(size))
    return np.asarray(canvas)


TONES = [(255, 255, 255), (255, 255, 0), (0, 255, 0), (0, 255, 255), (230, 230, 230)]


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("place", [(4, 4), (110, 50), (240, 420)])
@pytest.mark.parametrize("size", [16, 24, 40])
def test_text_is_black_in_what_is_kept(
    tone: tuple[int, int, int], place: tuple[int, int], size: int
) -> None:
    picture = marked(place, size, tone)
    frame = load_frame(saved(picture, "JPEG", quality=90))
    written = (picture == tone).all(axis=2)
    assert written.sum() > 100
    assert (frame.shown()[written].max(axis=1) > 120).mean() < 0.05
    stored = np.asarray(Image.open(io.BytesIO(stored_jpeg(frame))))
    assert stored.shape[2] == 3
    assert burned_text(stored) == []


def on_page(tone: tuple[int, int, int], ink: tuple[int, int, int]) -> np.ndarray:
    """A disc on a report's page, with a line above it; [600, 800, 3]."""
    canvas = Image.new("RGB", (800, 600), tone)
    mask = Image.new("L", (480, 480))
    ImageDraw.Draw(mask).ellipse((0, 0, 479, 479), fill=255)
    canvas.paste(Image.fromarray(draw(3, style="square").rgb).resize((480, 480)), (250, 80), mask)
    ImageDraw.Draw(canvas).text((20, 20), f"clinic: {WORDS}", ink, ImageFont.load_default(24))
    return np.asarray(canvas)


def stretched(ratio: float) -> np.ndarray:
    """A disc that reaches to the picture's sides, stored wider than it is, with text beside it."""
    canvas = Image.new("RGB", (416, 416))
    mask = Image.new("L", (416, 416))
    ImageDraw.Draw(mask).ellipse((0, 0, 415, 415), fill=255)
    canvas.paste(Image.fromarray(draw(3, style="square").rgb).resize((416, 416)), (0, 0), mask)
    canvas = canvas.resize((round(416 * ratio), 416))
    ImageDraw.Draw(canvas).text((4, 4), WORDS[:8], (255, 255, 255), ImageFont.load_default(18))
    return np.asarray(canvas)


def banner() -> np.ndarray:
    """Letters of 80 pixels over black and content alike."""
    return marked((10, 10), 80)


KINDS = {
    "a white page": (lambda: on_page((255, 255, 255), (0, 0, 0)), (0, 70)),
    "a blue screen": (lambda: on_page((0, 0, 160), (255, 255, 255)), (0, 70)),
    "a wide ellipse": (lambda: stretched(1.333), (0, 30)),
    "an ellipse": (lambda: stretched(1.185), (0, 30)),
    "a banner": (banner, (0, 110)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_reports_and_captures_is_black(kind: str) -> None:
    make, (top, bottom) = KINDS[kind]
    picture = make()
    frame = load_frame(saved(picture, "PNG"))
    ink = np.ptp(picture[top:bottom].astype(int), axis=2) < 12
    light = picture[top:bottom].max(axis=2) > 200
    dark_on_light = picture[:5, :5].min() > 200
    letters = ink & (picture[top:bottom].max(axis=2) < 60 if dark_on_light else light)
    assert letters.sum() > 100
    assert (frame.shown()[top:bottom][letters].max(axis=1) > 120).mean() < 0.05
    assert frame.shown()[200:400].max() > 60, "the content stays"


def test_a_label_is_black() -> None:
    picture = marked((300, 2)).copy()
    picture[10:110, 10:170] = 230
    image = Image.fromarray(picture)
    ImageDraw.Draw(image).text((20, 40), WORDS[:12], (0, 0, 0), ImageFont.load_default(22))
    frame = frame_from_array(np.asarray(image))
    assert frame.shown()[8:112, 8:172].max() == 0


def test_it_is_told_before_the_frame_is_kept(tmp_path: Path) -> None:
    frame = frame_from_array(marked((240, 420)))
    assert frame.warning is not None
    assert frame.warning.key == "frame.text_masked"
    assert frame.notice is None
    taken = take_in(NewCase(frame, "throat"), tmp_path, Journal(tmp_path, EMBEDDER))
    assert taken.notice is not None
    assert taken.notice.key == "frame.text_masked"


@pytest.mark.parametrize("style", ["disc", "square"])
def test_pictures_without_text_are_left_alone(style: str) -> None:
    for seed in range(12):
        frame = frame_from_array(draw(seed, style=style).rgb)
        assert frame.text == []
        assert frame.warning is None


def test_the_page_shows_nothing_beside_the_content() -> None:
    assert query_picture(frame_from_array(marked((110, 50)))).startswith("data:image/jpeg")
    disc = draw(1, style="disc").rgb.copy()
    disc[:20, :60] = 255
    frame = frame_from_array(disc)
    shown = frame.shown()
    assert shown.shape == disc.shape
    assert shown[:20, :60].max() == 0
