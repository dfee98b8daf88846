"""Limits and conversions of pictures, whatever format they come in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.errors import FrameError

MAX_MEGAPIXELS = 25
"""A WebP with transparency of this size takes about 650 MB while it is decoded, others less."""
MIN_SIDE = 32
MAX_SIDE = 1600
"""Larger pictures are reduced to this longer side: no model here looks at more."""

MAX_SCANS = 32
"""Passes of a progressive JPEG; cameras and programs write about ten."""

_SCAN_MARK = b"\xff\xda"
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WIDE_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def check_size(width: int, height: int) -> None:
    """Raise FrameError unless a picture of this size is accepted."""
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise FrameError("frame.too_many_pixels", width=width, height=height, limit=MAX_MEGAPIXELS)
    if min(width, height) < MIN_SIDE:
        raise FrameError("frame.too_small", width=width, height=height, limit=MIN_SIDE)


def reduced(image: Image.Image) -> Image.Image:
    """The image, or a copy of at most ``MAX_SIDE`` a side."""
    scale = MAX_SIDE / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def check_scans(jpeg: bytes) -> None:
    """Raise FrameError unless a JPEG is built of few passes: each may take long and a few bytes."""
    scans = jpeg.count(_SCAN_MARK)
    if scans > MAX_SCANS:
        raise FrameError("frame.too_many_scans", scans=scans, limit=MAX_SCANS)


def orientation(image: Image.Image) -> int:
    """The camera's orientation mark (EXIF 0x0112), 1 to 8; 1 where there is none."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # a broken tag must not cost the picture
        return 1


def upright(image: Image.Image, mark: int) -> Image.Image:
    """The image turned, and mirrored, as an orientation mark tells."""
    turn = _UPRIGHT.get(mark)
    return image if turn is None else image.transpose(turn)


def to_rgb(image: Image.Image) -> Image.Image:
    """RGB of any mode: grey scaled by its range, what is transparent black."""
    if image.mode in _WIDE_MODES:
        return Image.fromarray(_eight_bits(image)).convert("RGB")
    if image.has_transparency_data:
        image = reduced(image.convert("RGBA"))
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        return Image.alpha_composite(black, image).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Grey of 16 bits scaled by its full range, of 32 bits or floats by its own maximum."""
    grey = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    full = 65535.0 if image.mode.startswith("I;16") else max(float(grey.max()), 1e-6)
    scaled: NDArray[np.float32] = np.clip(grey * (255.0 / full) + 0.5, 0, 255)
    return scaled.astype(np.uint8)
