"""Videos made of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 10
"""Pictures a second."""


def clip_of(
    path: Path, pictures: Sequence[np.ndarray], codec: str = "mpeg4", times: Sequence[int] = ()
) -> Path:
    """A video of pictures, ten a second, or at times in hundredths of a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=100 if times else RATE)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for number, rgb in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.time_base = Fraction(1, 100) if times else Fraction(1, RATE)
            frame.pts = times[number] if times else number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
