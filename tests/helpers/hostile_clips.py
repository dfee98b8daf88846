"""Clips that mean harm, or are merely odd, each made within a moment."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.helpers.clips import clip_of
from tests.helpers.ordered_clip import drawn, pictures

_SIZE = (320, 256)
_CLAIMED = 16_000


def sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def ten_hours(path: Path) -> Path:
    return clip_of(path, [drawn(90, 0), drawn(90, 1)], times=[0, 36_000_00])


def torn(path: Path) -> Path:
    data = clip_of(path, pictures()).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def noise(path: Path) -> Path:
    path.write_bytes(b"\0\0\0\x18ftypisom" + np.random.default_rng(1).bytes(50_000))
    return path


def dot(path: Path) -> Path:
    return clip_of(path, [drawn(9, 0, (1, 1))] * 3, "ffv1")


def wide(path: Path) -> Path:
    return clip_of(path, [drawn(9, 0, (4096, 2400))], "ffv1")


def huge_by_its_header(path: Path) -> Path:
    """A Matroska file that claims pictures of 16,000 by 16,000."""
    data = clip_of(path, [drawn(9, 0, _SIZE)] * 3, "ffv1").read_bytes()
    for tag, side in zip((b"\xb0\x82", b"\xba\x82"), _SIZE, strict=True):
        data = _with(data, tag + side.to_bytes(2, "big"), tag + _CLAIMED.to_bytes(2, "big"))
    path.write_bytes(data)
    return path


def huge_inside(path: Path) -> Path:
    """An AVI of a modest size whose JPEGs claim 16,000 by 16,000."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        (stream.width, stream.height), stream.pix_fmt = _SIZE, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(drawn(90, 0, _SIZE), format="rgb24")
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        container.mux([*stream.encode(frame), *stream.encode()])
    sides = b"".join(it.to_bytes(2, "big") for it in reversed(_SIZE))
    path.write_bytes(
        _with(path.read_bytes(), b"\x08" + sides, b"\x08" + 2 * _CLAIMED.to_bytes(2, "big"))
    )
    return path


def endless_index(path: Path, count: int) -> Path:
    """A file of some kilobytes whose tables claim so many frames of one byte each."""
    data = bytearray(clip_of(path, [drawn(90, n) for n in range(5)]).read_bytes())
    claimed = count.to_bytes(4, "big")
    for name, at, value in (
        (b"stsz", 4, (1).to_bytes(4, "big") + claimed),
        (b"stts", 8, claimed),
        (b"stsc", 12, claimed),
    ):
        place = data.index(name) + 4 + at
        data[place : place + len(value)] = value
    path.write_bytes(data)
    return path


def _with(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


HOSTILE = {
    "truncated.mp4": (torn, "clip.damaged"),
    "noise.mp4": (noise, "clip.damaged"),
    "hours.mp4": (ten_hours, "clip.too_long"),
    "hours.mkv": (ten_hours, "clip.too_long"),
    "sound.mp4": (sound, "clip.no_video"),
    "dot.mkv": (dot, "frame.too_small"),
    "wide.mkv": (wide, "clip.too_large"),
    "huge.mkv": (huge_by_its_header, "clip.too_large"),
    "huge.avi": (huge_inside, "clip.damaged"),
    "index.mp4": (lambda it: endless_index(it, 2**31 - 1), "clip.too_many"),
    "index-within-limits.mp4": (lambda it: endless_index(it, 100_000), "clip.damaged"),
}
"""By name what makes it, and the key of the sentence that it gets."""
