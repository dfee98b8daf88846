"""How large a picture is shown in the room that it has."""

from __future__ import annotations

import io

from PIL import Image


def fitted(jpeg: bytes, room: tuple[float, float]) -> tuple[float, float]:
    """Width and height of a picture that fills its room as far as its shape lets it.

    Args:
        jpeg: the picture.
        room: width and height in any unit.
    """
    with Image.open(io.BytesIO(jpeg)) as image:
        scale = min(room[0] / image.width, room[1] / image.height)
        return image.width * scale, image.height * scale
