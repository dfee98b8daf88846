"""Pictures of phones and other programs are read, or named by what they are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmarks.fixtures.pictures import saved, scene
from entdemo.image.frame import load_frame
from entdemo.image.kinds import plugin_of, why_not
from tests.helpers.uploads import HEIC, gif

READ = {
    "heic": (HEIC, 6),
    "avif": (saved(scene(), "AVIF", quality=95), 8),
    "gif": (saved(Image.fromarray(scene()[..., 0]), "GIF"), 0),
    "jpeg 2000": (saved(scene(), "JPEG2000", irreversible=False), 0),
    "jpeg 2000 without boxes": (saved(scene(), "JPEG2000", irreversible=False, no_jp2=True), 0),
}


@pytest.mark.parametrize("kind", READ)
def test_pictures_that_are_read(kind: str) -> None:
    data, tolerance = READ[kind]
    grey = scene()[..., :1].repeat(3, axis=2)
    expected = grey if kind == "gif" else scene()
    assert np.abs(load_frame(data).rgb.astype(int) - expected).max() <= tolerance


def box(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + bytes(99)


@pytest.mark.parametrize(
    ("brands", "found"),
    [
        ((b"heic", b"mif1"), "HeifImageFile"),
        ((b"heix",), "HeifImageFile"),
        ((b"hevc",), "HeifImageFile"),
        ((b"mif1", b"heic"), "HeifImageFile"),
        ((b"msf1", b"hevc"), "HeifImageFile"),
        ((b"mif1", b"avif"), "AvifImageFile"),
        ((b"avif", b"mif1", b"heic"), "AvifImageFile"),
        ((b"avis", b"msf1"), "AvifImageFile"),
        ((b"crx ", b"isom"), "frame.raw"),
        ((b"jxl ",), "frame.jpeg_xl"),
        ((b"isom", b"avif"), "frame.video"),
        ((b"qt  ",), "frame.video"),
    ],
)
def test_brands(brands: tuple[bytes, ...], found: str) -> None:
    start = box(*brands)
    plugin = plugin_of(start)
    assert (why_not(start) if plugin is None else plugin.__name__) == found


def test_a_still_gif_is_a_picture() -> None:
    assert load_frame(gif(1)).rgb.shape == (64, 64, 3)
