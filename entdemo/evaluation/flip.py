"""Test-time evaluation with the mirror image, left and right swapped back.

A mirrored frame of a right ear is a frame of a left ear. So what the network says of the mirror
image is read with left and right exchanged, and then averaged with what it says of the frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.bundle.weights import Bundle
from entdemo.evaluation.encode import EncodedFrames, encode_squares
from entdemo.taxonomy import CLASSES, mirror_class

_MIRRORED = np.array([CLASSES.index(mirror_class(name)) for name in CLASSES])


def encode_both_ways(bundle: Bundle, squares: NDArray[np.uint8]) -> EncodedFrames:
    """Encode frames and their mirror images.

    Args:
        bundle: loaded weights.
        squares: uint8 [N, S, S, 3], N at least 1.

    Returns:
        Probabilities and distances are means over both. Embeddings are of the frames alone: a
        mirror image lies where the frames of the other side lie.
    """
    frames = encode_squares(bundle, squares)
    mirrored = encode_squares(bundle, np.ascontiguousarray(squares[:, :, ::-1]))
    return EncodedFrames(
        embeddings=frames.embeddings,
        probabilities=(frames.probabilities + mirrored.probabilities[:, _MIRRORED]) / 2,
        distances=(frames.distances + mirrored.distances) / np.float32(2),
    )
