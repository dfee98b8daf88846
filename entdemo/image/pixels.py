"""Limits of pictures, and how they are turned, whatever format they come in."""

from __future__ import annotations

from PIL import Image

from entdemo.errors import FrameError

MAX_MEGAPIXELS = 25
"""A WebP with transparency of this size takes about 650 MB while it is decoded, others less."""
MIN_SIDE = 32
MAX_SIDE = 1920
"""Larger pictures are reduced to this longer side: no model here looks at more. It is that of the
common endoscopy cameras, whose pictures would take most of an answer's time to be resized."""

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


def draft(image: Image.Image) -> None:
    """Have a JPEG that is not read yet come out smaller, its longer side no less than ``MAX_SIDE``:
    it is decoded at half the size in a third of the time. Nothing happens to other pictures."""
    width, height = image.size
    image.draft(None, (MAX_SIDE, 1) if width >= height else (1, MAX_SIDE))


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
