"""Pixels -> the bytes of a JPEG to be shown."""

from __future__ import annotations

import io

from PIL import Image

from entdemo.image.frame import Pixels


def encode_jpeg(rgb: Pixels, side: int) -> bytes:
    """JPEG of a picture whose longer side is at most ``side``; it carries no metadata."""
    image = Image.fromarray(rgb)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
