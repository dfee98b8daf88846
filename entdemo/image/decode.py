"""Untrusted bytes -> RGB pixels, with every limit checked before memory is spent."""

from __future__ import annotations

import struct
import threading
import warnings
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TypeVar

from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from entdemo.errors import FrameError, UserError
from entdemo.image.dicom import read_dicom
from entdemo.image.pixels import (
    MAX_SIDE,
    check_scans,
    check_size,
    orientation,
    reduced,
    to_rgb,
    upright,
)

MAX_BYTES = 20 * 1024 * 1024

Decoded = TypeVar("Decoded")
Reader = Callable[[bytes], tuple[Image.Image, UserError | None]]

_WARNINGS = threading.Lock()
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PHONE_PHOTOS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
_VIDEO_MARKS = (b"\x1aE\xdf\xa3", b"\0\0\1\xba", b"0&\xb2u", b"FLV\1")  # mkv, mpg, wmv, flv


def decode(data: bytes) -> tuple[Image.Image, UserError | None]:
    """Decode one still picture.

    Args:
        data: the bytes of a JPEG, PNG, WebP, BMP, TIFF or DICOM file; the format is told by
            content.

    Returns:
        An upright RGB image without metadata, its longer side at most ``MAX_SIDE``; and what
        the person who sent it should know, if anything.

    Raises:
        UserError: for anything else, whatever the bytes are.
    """
    return _guarded(partial(check_bytes(data, len(data)), data))


def decode_image(image: Image.Image) -> Image.Image:
    """Decode an image that Pillow has opened, or has decoded already.

    Returns:
        As ``decode``; the image itself is not changed, beyond that Pillow has loaded it.

    Raises:
        UserError: if it is not one still picture within the limits.
    """
    return _guarded(partial(_still, image))


def _guarded(read: Callable[[], Decoded]) -> Decoded:
    """What ``read`` gives; whatever a decoder raises is told as damage."""
    try:
        # Pillow warns about odd tags; a lock because warning filters belong to the process.
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except UserError:
        raise
    except Exception as error:  # decoders raise a dozen types on damaged input
        raise FrameError("frame.truncated") from error


def check_bytes(start: bytes, size: int) -> Reader:
    """Tell a file's format.

    Args:
        start: the file's first bytes, 4096 are enough.
        size: the file's length in bytes.

    Returns:
        What decodes it.

    Raises:
        UserError: if it is none of the accepted formats, or too long.
    """
    if not start:
        raise FrameError("frame.empty")
    reader = _reader(start)
    if reader is None:
        raise FrameError(_why_not(start))
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise FrameError("frame.too_many_bytes", megabytes=size / 1024**2, limit=limit)
    return reader


def _reader(start: bytes) -> Reader | None:
    if start[128:132] == b"DICM":
        return read_dicom
    plugin = _by_signature(start)
    return None if plugin is None else partial(_read, plugin)


def _by_signature(data: bytes) -> type[ImageFile.ImageFile] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImageFile
    if data.startswith(_TIFF_MARKS):
        return TiffImageFile
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return BmpImageFile
    return None


def _why_not(data: bytes) -> str:
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") and b"<svg" in start.lower():
        return "frame.vector"
    if data.startswith((b"GIF87a", b"GIF89a")) and _moves(data):
        return "frame.animated"
    if data[4:8] == b"ftyp" and data[8:12] in _PHONE_PHOTOS:
        return "frame.phone_photo"
    if data[4:8] == b"ftyp" or data.startswith(_VIDEO_MARKS) or data[8:12] == b"AVI ":
        return "frame.video"
    return "frame.not_a_picture"


def _moves(gif: bytes) -> bool:
    try:
        return GifImageFile(BytesIO(gif)).is_animated
    except Exception:  # a damaged GIF is no picture either way
        return False


def _read(plugin: type[ImageFile.ImageFile], data: bytes) -> tuple[Image.Image, None]:
    if plugin is WebPImageFile:
        _check_webp(data)
    if plugin is JpegImageFile:
        check_scans(data)
    # The plugin itself, not Image.open: that one obeys a pixel limit anyone may have changed,
    # and turns phone pictures with an embedded preview (MPO) into two frames.
    with plugin(BytesIO(data)) as image:
        check_size(*image.size)  # before a JPEG is told to come out smaller
        image.draft(None, (MAX_SIDE, MAX_SIDE))
        return _still(image), None


def _still(image: Image.Image) -> Image.Image:
    check_size(*image.size)
    if getattr(image, "is_animated", False):
        several = isinstance(image, TiffImageFile)
        raise FrameError("frame.several" if several else "frame.animated")
    image.load()
    return upright(reduced(to_rgb(image)), orientation(image))


def _check_webp(data: bytes) -> None:
    """Size from the header: the decoder would reserve its canvas first."""
    kind, head = data[12:16], data[20:34]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(head[4:7], "little")
        height = 1 + int.from_bytes(head[7:10], "little")
    elif kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", head[6:10]))
    check_size(width, height)
