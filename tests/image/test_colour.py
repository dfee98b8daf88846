"""Depths and colour spaces: pixels come out right, or the file is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from benchmarks.fixtures.pictures import saved, scene
from entdemo.image.frame import load_frame
from tests.helpers.uploads import chunk, refusal

WIDTH, HEIGHT = 96, 72


def png16(samples: np.ndarray) -> bytes:
    """A PNG of [H, W, C] uint16."""
    kind = {2: 4, 3: 2, 4: 6}[samples.shape[2]]
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tiff16(
    samples: np.ndarray, *, planes: bool = False, order: str = "<", more: tuple = ()
) -> bytes:
    """A TIFF of [H, W, 3] uint16, without compression; ``more`` are (tag, type, value)."""
    data = (samples.transpose(2, 0, 1) if planes else samples).astype(f"{order}u2").tobytes()
    tags = [
        (256, 3, (WIDTH,)), (257, 3, (HEIGHT,)), (258, 3, (16, 16, 16)), (259, 3, (1,)),
        (262, 3, (2,)), (277, 3, (3,)), (278, 3, (HEIGHT,)), (284, 3, (2 if planes else 1,)),
    ]  # fmt: skip
    size = len(data) // 3 if planes else len(data)
    strips = 3 if planes else 1
    tags += [(273, 4, tuple(8 + size * at for at in range(strips))), (279, 4, (size,) * strips)]
    tags = sorted([*tags, *more])
    directory, beside = struct.pack(f"{order}H", len(tags)), b""
    start = 8 + len(data)
    outside = start + 2 + 12 * len(tags) + 4
    for tag, kind, values in tags:
        packed = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(packed) > 4:
            place = struct.pack(f"{order}I", outside + len(beside))
            packed, beside = place, beside + packed
        directory += struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", start) + data + directory + bytes(4) + beside


def deep(bits: int) -> np.ndarray:
    """``scene`` as samples of so many bits."""
    return np.rint(scene() * ((2**bits - 1) / 255)).astype(np.uint16)


def with_alpha(samples: np.ndarray) -> np.ndarray:
    return np.concatenate([samples, np.full_like(samples[..., :1], 65535)], axis=2)


WRITERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "png": png16,
    "png with alpha": lambda samples: png16(with_alpha(samples)),
    "tiff, little endian": tiff16,
    "tiff, big endian": lambda samples: tiff16(samples, order=">"),
    "tiff by planes": lambda samples: tiff16(samples, planes=True),
    "tiff by planes, big endian": lambda samples: tiff16(samples, planes=True, order=">"),
}


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("form", WRITERS)
def test_colour_of_16_bits_is_scaled_by_the_bits_in_use(form: str, bits: int) -> None:
    rgb = load_frame(WRITERS[form](deep(bits))).rgb
    assert np.abs(rgb.astype(int) - scene()).max() <= 1


def test_deep_grey_with_alpha_is_shown_or_refused() -> None:
    grey = np.repeat(deep(16)[..., :1], 2, axis=2)
    grey[..., 1] = 65535
    assert np.abs(load_frame(png16(grey)).rgb[..., 0].astype(int) - scene()[..., 0]).max() <= 1
    grey[..., 0] //= 16
    assert refusal(png16(grey)) == "frame.deep"


def test_a_raw_photo_is_not_its_preview() -> None:
    assert refusal(tiff16(deep(16), more=((0xC612, 4, (1,)),))) == "frame.raw"
    assert refusal(tiff16(deep(16), more=((254, 4, (1,)),))) == "frame.raw"


def profile_of(gamma: float) -> bytes:
    """sRGB's profile with other curves."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(int.from_bytes(profile[128:132], "big")):
        entry = profile[132 + 12 * at : 144 + 12 * at]
        if entry[:4] in (b"rTRC", b"gTRC", b"bTRC"):
            start = int.from_bytes(entry[4:8], "big")
            curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
            profile[start : start + len(curve)] = curve
    return bytes(profile)


def seen(value: np.ndarray, gamma: float) -> np.ndarray:
    """sRGB code of codes that were encoded with a gamma."""
    linear = (value / 255.0) ** gamma
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(("form", "tolerance"), [("PNG", 2), ("TIFF", 2), ("WEBP", 2), ("JPEG", 8)])
def test_a_profile_is_applied(form: str, tolerance: int) -> None:
    options = {"lossless": True} if form == "WEBP" else {"quality": 98} if form == "JPEG" else {}
    rgb = load_frame(saved(scene(), form, icc_profile=profile_of(1.0), **options)).rgb
    assert np.abs(rgb - seen(scene(), 1.0)).max() <= tolerance


def test_what_a_profile_leaves_alone_keeps_its_digest() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = load_frame(saved(scene()))
    assert load_frame(saved(scene(), icc_profile=srgb)) == plain
    assert load_frame(saved(scene(), icc_profile=b"no profile at all")) == plain


def gamma_png(gamma: float, *, srgb: bool = False) -> bytes:
    data = saved(scene())
    marks = chunk(b"gAMA", struct.pack(">I", round(gamma * 100_000)))
    marks += chunk(b"sRGB", b"\0") if srgb else b""
    return data[:33] + marks + data[33:]


def test_gamma_is_applied_where_no_better_is_stated() -> None:
    rgb = load_frame(gamma_png(1.0)).rgb
    assert np.abs(rgb - seen(scene(), 1.0)).max() <= 1
    plain = load_frame(saved(scene()))
    assert load_frame(gamma_png(0.45455)) == plain
    assert load_frame(gamma_png(1.0, srgb=True)) == plain


def test_lab_is_converted() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    made = ImageCms.profileToProfile(Image.fromarray(scene()), srgb, lab, outputMode="LAB")
    assert made is not None
    file = BytesIO()
    made.save(file, "TIFF")
    assert np.abs(load_frame(file.getvalue()).rgb.astype(int) - scene()).max() <= 8
