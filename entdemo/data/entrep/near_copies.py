"""Pictures of an ENTRep folder that show the same, though not in the same pixels.

Saved again, scaled or with another border, a picture has another digest. Two that look alike must
not lie on both sides of a split.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.gallery.near_duplicates import perceptual_hash
from entdemo.image.frame import Frame

_MAX_BITS = 16
"""Of 256; another encoding or size changes about ten at most."""
_SIDE = 16
_MAX_DIFFERENCE = 4.0
"""Mean difference of small colour copies, of 255; another encoding changes about one."""


class Look(NamedTuple):
    """How a frame looks, whatever its encoding.

    Attributes:
        bits: [32] uint8, see ``gallery.near_duplicates.perceptual_hash``.
        colours: [768] uint8, a copy of 16 x 16 pixels.
    """

    bits: NDArray[np.uint8]
    colours: NDArray[np.uint8]


def look_of(frame: Frame) -> Look:
    """The look of a frame's content, without its black surround."""
    box = frame.box
    image = Image.fromarray(frame.rgb).crop((box.left, box.top, box.right, box.bottom))
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return Look(perceptual_hash(image), np.asarray(small).reshape(-1))


def look_alikes(looks: Sequence[Look]) -> Iterator[tuple[int, int]]:
    """Pairs of places whose frames show the same picture, each once, the earlier first."""
    if not looks:
        return
    bits = np.stack([look.bits for look in looks])
    colours = np.stack([look.colours for look in looks]).astype(np.int16)
    for row in range(1, len(looks)):
        apart = np.bitwise_count(bits[:row] ^ bits[row]).sum(axis=1)
        for other in np.flatnonzero(apart <= _MAX_BITS):
            if np.abs(colours[other] - colours[row]).mean() <= _MAX_DIFFERENCE:
                yield int(other), row
