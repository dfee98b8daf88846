"""A DICOM file up to its pixels, and the coded bytes of its frames one after the other.

DICOM PS3.5 annex A (transfer syntaxes, fragments), PS3.10 (head). Pixels stay on the disk until
their turn comes, so that a loop of any length takes the memory of one frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

from PIL import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile

from entdemo.errors import FrameError
from entdemo.image.dicom_tags import complete, frame_bytes

if TYPE_CHECKING:
    from pydicom import Dataset

PLUGINS: dict[str, type[ImageFile.ImageFile]] = {
    "1.2.840.10008.1.2.4.50": JpegImageFile,
    "1.2.840.10008.1.2.4.51": JpegImageFile,
    "1.2.840.10008.1.2.4.90": Jpeg2KImageFile,
    "1.2.840.10008.1.2.4.91": Jpeg2KImageFile,
}
"""What decodes a frame of these transfer syntaxes."""

_PLAIN = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"}
_RLE = "1.2.840.10008.1.2.5"
_VIDEO = "1.2.840.10008.1.2.4.10"
_HEAD = 4096
_PREAMBLE = 128
_MARK = b"DICM"
_SYNTAX_TAG = (0x0002, 0x0010)
_LONG_KINDS = (b"OB", b"UN")
_KINDS = (b"AE", b"CS", b"DA", b"LO", b"SH", b"TM", b"UI", b"UL")
"""Of the values that group 8, with which a file without a head begins, may open with."""
_ITEM = b"\xfe\xff\x00\xe0"
_PIXEL_DATA = 0x7FE00010
_UNKNOWN_LENGTH = 0xFFFFFFFF


def is_dicom(start: bytes) -> bool:
    """Whether a file begins as DICOM does, with its preamble, with its head, or with neither."""
    if start[_PREAMBLE : _PREAMBLE + 4] == _MARK or start.startswith(b"\2\0\0\0UL\4\0"):
        return True
    if not start.startswith((b"\x08\0\0\0", b"\x08\0\x05\0", b"\x08\0\x08\0", b"\x08\0\x16\0")):
        return False
    following = 8 + int.from_bytes(start[4:8], "little")
    return start[4:6] in _KINDS or start[following : following + 2] == b"\x08\0"


@dataclass(frozen=True)
class DicomFile:
    """What a file says of its frames, and where their bytes lie.

    Attributes:
        dataset: the tags before the pixels; those of the pixels are complete.
        syntax: the transfer syntax.
        count: of frames, as stated.
        source: the file itself.
    """

    dataset: Dataset
    syntax: str
    count: int
    source: BinaryIO
    _start: int
    _length: int | None

    @property
    def in_fragments(self) -> bool:
        """Whether frames are compressed, each in a fragment or some."""
        return self._length is None

    @property
    def is_video(self) -> bool:
        """Whether the pixels are a video of MPEG's."""
        return self.syntax.startswith(_VIDEO)

    def coded_frames(self) -> Iterator[bytes]:
        """Each frame's bytes as they are coded, as many as there are.

        Raises:
            ValueError: the fragments are damaged.
        """
        self.source.seek(self._start)
        if self._length is None:
            yield from self._fragments()
            return
        size = frame_bytes(self.dataset)
        for _ in range(self.count):
            data = self.source.read(size)
            if len(data) < size:
                return
            yield data + b"\0" * (size % 2)

    def _fragments(self) -> Iterator[bytes]:
        from pydicom.encaps import generate_frames

        offsets = self.dataset.get("ExtendedOffsetTable")
        lengths = self.dataset.get("ExtendedOffsetTableLengths")
        yield from generate_frames(
            self.source,
            number_of_frames=self.count,
            extended_offsets=(offsets, lengths) if offsets and lengths else None,
        )

    def video_parts(self) -> list[tuple[int, int]]:
        """Place and length in the file of each part of the video that the pixels are."""
        from pydicom.encaps import parse_fragments

        self.source.seek(self._start)
        _, places = parse_fragments(self.source)
        parts = []
        for place in places:
            self.source.seek(place + 4)
            parts.append((place + 8, int.from_bytes(self.source.read(4), "little")))
        return parts[1:]  # the first is the table of offsets


def open_dicom(file: BinaryIO, *, video: bool = False) -> DicomFile:
    """Read a file's tags up to its pixels.

    Args:
        file: at its start; it stays open for as long as frames are read.
        video: whether pixels that are a video are meant.

    Raises:
        UserError: what it holds is not read here, or a tag that nothing stands in for is missing.
    """
    from pydicom import dcmread

    _refuse_syntax(_transfer_syntax(file.read(_HEAD)), video)  # one inflates without a limit
    file.seek(0)
    dataset = dcmread(file, stop_before_pixels=True, force=True)
    start, length = _find_pixels(file, dataset)
    syntax = _stated_syntax(dataset, file, start, length)
    _refuse_syntax(syntax, video)
    if not syntax.startswith(_VIDEO):
        complete(dataset, None if length is None else _held(file, start, length))
    count = max(1, int(dataset.get("NumberOfFrames") or 1))
    return DicomFile(dataset, syntax, count, file, start, length)


def _refuse_syntax(syntax: str, video: bool) -> None:
    if syntax.startswith(_VIDEO):
        if not video:
            raise FrameError("frame.dicom_video")
    elif syntax and syntax not in _PLAIN | PLUGINS.keys() | {_RLE}:
        from pydicom.uid import UID

        raise FrameError("frame.dicom_syntax", name=UID(syntax).name)


def _transfer_syntax(start: bytes) -> str:
    """How the file is encoded, from its head; empty if that cannot be told."""
    return next((_uid(value) for tag, value in _head(start) if tag == _SYNTAX_TAG), "")


def _uid(value: bytes) -> str:
    return value.rstrip(b"\0 ").decode("ascii", "replace")


def _head(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Tags and values of group 2, which is explicit little endian in every file."""
    place = _PREAMBLE + 4 if data[_PREAMBLE : _PREAMBLE + 4] == _MARK else 0
    while data[place : place + 2] == b"\x02\0" and place + 12 <= len(data):
        tag = (2, int.from_bytes(data[place + 2 : place + 4], "little"))
        long = data[place + 4 : place + 6] in _LONG_KINDS
        start = place + (12 if long else 8)
        length = int.from_bytes(data[place + (8 if long else 6) : start], "little")
        yield tag, data[start : start + length]
        place = start + length


def _find_pixels(file: BinaryIO, dataset: Dataset) -> tuple[int, int | None]:
    """Where the value of the pixels starts, and its length; None where it lies in fragments."""
    implicit, little = dataset.original_encoding
    order: Literal["little", "big"] = "little" if little else "big"
    mark = file.read(8 if implicit else 12)
    tag = int.from_bytes(mark[:2], order) << 16 | int.from_bytes(mark[2:4], order)
    length = int.from_bytes(mark[-4:], order)
    if tag != _PIXEL_DATA or not length:
        raise FrameError("frame.dicom_tag", tag="PixelData")
    return file.tell(), None if length == _UNKNOWN_LENGTH else length


def _held(file: BinaryIO, start: int, length: int) -> int:
    """How many bytes of the pixels are there."""
    end = file.seek(0, 2)
    return min(length, end - start)


def _stated_syntax(dataset: Dataset, file: BinaryIO, start: int, length: int | None) -> str:
    """The transfer syntax; where the head that states it is missing, what the pixels look like."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    stated = dataset.file_meta.get("TransferSyntaxUID")
    if not stated:
        implicit, little = dataset.original_encoding
        stated = "1.2.840.10008.1.2" if implicit else f"1.2.840.10008.1.2.{1 if little else 2}"
        file.seek(start)
        packed = file.read(512)
        if packed.startswith(_ITEM):
            stated = next(iter(PLUGINS)) if b"\xff\xd8\xff" in packed else list(PLUGINS)[-1]
        dataset.file_meta.TransferSyntaxUID = UID(stated)
    return str(stated)
