"""Test-time evaluation with the mirror image, left and right swapped back.

A mirrored frame of a right ear is a frame of a left ear. So what the network says of the mirror
image is read with left and right exchanged, and then averaged with what it says of the frame.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from entdemo.inference.encoder import EncodedBatch, Encoder, Square
from entdemo.taxonomy import CLASSES, mirror_class

_MIRRORED = np.array([CLASSES.index(mirror_class(name)) for name in CLASSES])


def encode_both_ways(encoder: Encoder, squares: Square) -> EncodedBatch:
    """Encode frames and their mirror images.

    Args:
        encoder: of the weights.
        squares: uint8 [N, S, S, 3], N at least 1.

    Returns:
        Probabilities and distances are means over both. Vectors are of the frames alone: a mirror
        image lies where the frames of the other side lie.
    """
    frames = encoder.frames(squares)
    mirrored = encoder.frames(np.ascontiguousarray(squares[:, :, ::-1]))
    return replace(
        frames,
        probabilities=(frames.probabilities + mirrored.probabilities[:, _MIRRORED]) / 2,
        regions=(frames.regions + mirrored.regions) / 2,
        distances=(frames.distances + mirrored.distances) / 2,
    )
