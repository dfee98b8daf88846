"""Files that hold several pictures: one of them is chosen, and how many there are is told."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from benchmarks.fixtures.pictures import saved, scene
from entdemo.errors import FrameError
from entdemo.image import page as pages
from entdemo.image.frame import load_frame
from entdemo.image.page import LIT

PICTURES = [scene(), scene()[::-1], scene()[:, ::-1]]


def several(form: str, **options: object) -> bytes:
    first, *others = (Image.fromarray(it) for it in PICTURES)
    return saved(first, form, save_all=True, append_images=others, **options)


FILES = {
    "GIF": several("GIF"),
    "TIFF": several("TIFF"),
    "TIFF, deflated": several("TIFF", compression="tiff_deflate"),
    "PNG": several("PNG"),
    "WEBP": several("WEBP", lossless=True),
}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("page", [1, 2, 3])
def test_the_chosen_picture_is_read(form: str, page: int) -> None:
    frame = load_frame(FILES[form], page)
    assert np.abs(frame.rgb.astype(int) - PICTURES[page - 1]).mean() < 6
    assert (frame.page, frame.pages) == (page, 3)


@pytest.mark.parametrize("form", FILES)
def test_without_a_choice_the_number_is_told(form: str) -> None:
    with pytest.raises(FrameError, match=r"holds 3 pictures.*--page N"):
        load_frame(FILES[form])
    assert load_frame(FILES[form], LIT).page == 1
    with pytest.raises(FrameError, match="no picture 9 in this file; it holds 3"):
        load_frame(FILES[form], 9)


def test_a_single_picture_is_its_first_page() -> None:
    for form in ("JPEG", "PNG", "GIF"):
        assert load_frame(saved(scene(), form), 1).pages == 1
        with pytest.raises(FrameError, match="no picture 2"):
            load_frame(saved(scene(), form), 2)


def test_a_deep_page_is_scaled_as_a_deep_picture_is() -> None:
    deep = [Image.fromarray(it[..., 0].astype(np.uint16) * 257) for it in PICTURES]
    data = saved(deep[0], "TIFF", save_all=True, append_images=deep[1:])
    assert np.abs(load_frame(data, 2).rgb[..., 0].astype(int) - PICTURES[1][..., 0]).max() <= 1


def test_an_animation_of_endless_pictures_is_counted_soon_and_not_unrolled() -> None:
    first, second = Image.new("RGB", (4000, 4000)), Image.new("RGB", (4000, 4000), "red")
    data = saved(first, "GIF", save_all=True, append_images=[second])
    head = data.index(b"\x2c\0\0\0\0")
    picture = b"\x2c" + bytes(4) + b"\1\0\1\0\0\2\2\x44\1\0"
    endless = data[:head] + picture * 200_000 + data[head:]
    start = time.process_time()
    with pytest.raises(FrameError) as caught:
        load_frame(endless, pages.MOST_PAGES)
    assert caught.value.key == "frame.page_too_far"
    assert time.process_time() - start < 5
