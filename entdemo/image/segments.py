"""The structure of a JPEG file (ITU T.81 annex B), read segment by segment.

What lies inside a segment, as a preview in a camera's notes, or behind the picture's end, as the
clip of a motion photo, is no part of the picture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from entdemo.errors import FrameError

MAX_SCANS = 32
"""Passes of a progressive JPEG; cameras and programs write about ten."""

END = b"\xff\xd9"
_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
_AFTER_SCAN = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""Inside a scan 0xFF is data before 0, and a restart before 0xD0 to 0xD7."""
_FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END, _JFIF, _ADOBE = 0xDA, 0xD9, 0xE0, 0xEE
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a length."""
_COEFFICIENTS = range(64)

_OTHER = b"".join(bytes(range(1, 255)) + bytes((0xFF, 0xD0 + turn)) for turn in range(8))
"""Goes on as a scan could, restarts included."""


@dataclass
class Structure:
    """What the segments tell.

    Attributes:
        end: where the picture ends, behind its end marker; None where that is missing.
        scans: number of passes.
        jfif: whether the file says that it is JFIF, whose colours are YCbCr.
        adobe: whether it says, as Adobe's programs do, what its colours are.
        subsampled: whether components differ in resolution, as of RGB they never do.
        missing: of each component the coefficients that no pass has brought to the last bit.
    """

    end: int | None = None
    scans: int = 0
    jfif: bool = False
    adobe: bool = False
    subsampled: bool = False
    missing: dict[int, set[int]] = field(default_factory=dict)


def structure_of(data: bytes) -> Structure:
    """Read the segments of a file that begins as a JPEG; it may be damaged or cut anywhere.

    Raises:
        FrameError: it is built of too many passes, each of which may take long and a few bytes.
    """
    found, place = Structure(), 2
    while (marker := _MARKER.search(data, place)) is not None:
        place, kind = marker.end(), marker[1][0]
        if kind == _END:
            found.end = place
            break
        if kind in _ALONE:
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        body = data[place + 2 : place + length]
        place += max(length, 2)
        if kind in _FRAME_STARTS:
            _note_frame(found, body)
        elif kind == _JFIF:
            found.jfif |= body.startswith(b"JFIF\0")
        elif kind == _ADOBE:
            found.adobe |= body.startswith(b"Adobe")
        elif kind == _SCAN:
            found.scans += 1
            _note_scan(found, body)
            after = _AFTER_SCAN.search(data, place)
            place = len(data) if after is None else after.start()
    if found.scans > MAX_SCANS:
        raise FrameError("frame.too_many_scans", scans=found.scans, limit=MAX_SCANS)
    return found


def _note_frame(found: Structure, body: bytes) -> None:
    components = [body[place : place + 3] for place in range(6, len(body) - 2, 3)]
    found.missing = {one[0]: set(_COEFFICIENTS) for one in components}
    found.subsampled = len({one[1] for one in components}) > 1


def _note_scan(found: Structure, body: bytes) -> None:
    count = body[0] if body else 0
    if len(body) < 4 + 2 * count:
        return
    first, last, precision = body[1 + 2 * count : 4 + 2 * count]
    if precision & 15:  # bits are left for a later pass
        return
    for component in body[1 : 1 + 2 * count : 2]:
        found.missing.get(component, set()).difference_update(range(first, last + 1))


def ended(data: bytes, found: Structure) -> tuple[bytes, bytes]:
    """A file without its end marker, ended in two ways.

    Where its picture is whole, both give the same pixels; where it was cut short, a decoder makes
    up what is missing from what follows, and they differ.

    Raises:
        FrameError: whole passes are missing.
    """
    if not found.missing or any(found.missing.values()):
        raise FrameError("frame.truncated")
    scan = data.removesuffix(b"\xff")
    return scan + END, scan + _OTHER + END
