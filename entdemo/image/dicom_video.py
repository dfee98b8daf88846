"""The video inside of a DICOM file, as a file of its own (PS3.5 annex A.4.5 to A.4.10)."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from entdemo.errors import FrameError
from entdemo.image.dicom_file import DicomFile

_HEVC = ("1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108")


def video_of(file: DicomFile) -> tuple[str, BinaryIO]:
    """FFmpeg's name of what the pixels are, and the video; it is read as it is needed.

    Raises:
        UserError: it is no kind of video that DICOM allows.
    """
    parts = file.video_parts()
    if not parts:
        raise FrameError("clip.damaged")
    video = _Parts(file.source, parts)
    kind = _kind(video.read(16), file.syntax)
    video.seek(0)
    return kind, cast(BinaryIO, video)


def _kind(start: bytes, syntax: str) -> str:
    if start[4:8] == b"ftyp":
        return "mov"
    if start.startswith(b"\x47"):
        return "mpegts"
    if start.startswith(b"\0\0\1\xba"):
        return "mpeg"
    if start.startswith(b"\0\0\1\xb3"):
        return "mpegvideo"
    if start.startswith((b"\0\0\0\1", b"\0\0\1")):
        return "hevc" if syntax in _HEVC else "h264"
    raise FrameError("clip.damaged")


class _Parts(io.RawIOBase):
    """Parts of a file, one after the other, as a file that is only read.

    Args:
        source: where they lie.
        parts: place and length of each.
    """

    def __init__(self, source: BinaryIO, parts: list[tuple[int, int]]) -> None:
        self._source = source
        self._parts = parts
        self._length = sum(length for _, length in parts)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = self._length - self._at if size < 0 else size
        found = []
        while wanted > 0 and (data := self._some(wanted)):
            found.append(data)
            wanted -= len(data)
        return b"".join(found)

    def _some(self, most: int) -> bytes:
        """Bytes of the part in which the place lies."""
        start = 0
        for place, length in self._parts:
            if self._at < start + length:
                within = self._at - start
                self._source.seek(place + within)
                data = self._source.read(min(most, length - within))
                self._at += len(data)
                return data
            start += length
        return b""
