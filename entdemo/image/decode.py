"""Untrusted bytes -> RGB pixels, with every limit checked before memory is spent."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from entdemo.errors import FrameError, UserError
from entdemo.image.colour import deep_colour, to_rgb
from entdemo.image.dicom import read_dicom
from entdemo.image.dicom_file import is_dicom, open_dicom
from entdemo.image.kinds import before_picture, is_raw, plugin_of, why_not
from entdemo.image.page import Picture, check_page, checked_page, pages_of
from entdemo.image.pixels import check_size, draft, orientation, upright
from entdemo.image.segments import ended, structure_of
from entdemo.image.silence import no_warnings

MAX_BYTES = 20 * 1024 * 1024

Decoded = TypeVar("Decoded")
Reader = Callable[[bytes, int | None], Picture]

_MOVING = (AvifImageFile, GifImageFile, PngImageFile, TiffImageFile, WebPImageFile)
"""Kinds of which a file may hold several pictures of equal rank; of others one is the picture."""


def decode(data: bytes, page: int | None = None) -> Picture:
    """Decode one still picture.

    Args:
        data: the bytes of a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF, JPEG 2000 or DICOM file;
            the format is told by content.
        page: which picture, from 1, of a file that holds several; ``LIT`` takes the first that is
            not black. None does so of a DICOM loop, and refuses other files that hold several.

    Raises:
        UserError: for anything else, whatever the bytes are.
    """
    return _guarded(partial(check_bytes(data, len(data)), data, page))


def decode_image(image: Image.Image) -> Image.Image:
    """Decode an image that Pillow has opened, or has decoded already.

    Returns:
        As ``Picture.image``; the image itself is not changed, beyond that Pillow has loaded it.

    Raises:
        UserError: if it is not one still picture within the limits.
    """
    return _guarded(partial(_still, image))


def _guarded(read: Callable[[], Decoded]) -> Decoded:
    """What ``read`` gives; whatever a decoder raises is told as damage."""
    try:
        with no_warnings():  # Pillow warns about odd tags
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
        raise FrameError(why_not(start))
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise FrameError("frame.too_many_bytes", megabytes=size / 1024**2, limit=limit)
    return reader


def check_opens(path: Path) -> None:
    """Look at a file's content, as far as a picture's own header goes.

    Raises:
        UserError: it is no picture that can be read here.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = _checked_start(file)
        if not is_dicom(start):
            _guarded(lambda: _opened_file(start, file).close())


def stated_megapixels(path: Path) -> float:
    """How large a file's picture is by its own header, which alone is read but of HEIC and AVIF.

    Returns:
        0 where the file holds no picture within the limits.
    """
    try:
        with path.open("rb") as file:
            width, height = _guarded(lambda: _stated_size(file))
        check_size(width, height)
        return width * height / 1e6
    except (OSError, UserError):
        return 0.0


def _stated_size(file: BinaryIO) -> tuple[int, int]:
    start = _checked_start(file)
    if is_dicom(start):
        file.seek(0)
        tags = open_dicom(file).dataset
        return int(tags.Columns), int(tags.Rows)
    if plugin_of(start) is WebPImageFile:  # to open it reserves a canvas
        return _webp_size(start)
    with _opened_file(start, file) as image:
        return image.size


def _checked_start(file: BinaryIO) -> bytes:
    """The first bytes of a file that may be a picture."""
    start = file.read(4096)
    check_bytes(start, os.stat(file.fileno()).st_size)
    return start


def _opened_file(start: bytes, file: BinaryIO) -> ImageFile.ImageFile:
    """A picture's file of which only the header has been read."""
    before = before_picture(start)
    plugin = plugin_of(start[before:])
    if plugin is None:
        raise FrameError(why_not(start))
    file.seek(before)
    return _opened(plugin, file)


def _reader(start: bytes) -> Reader | None:
    if is_dicom(start):
        return read_dicom
    before = before_picture(start)
    plugin = plugin_of(start[before:])
    return None if plugin is None else partial(_read, plugin, before)


def _read(plugin: type[ImageFile.ImageFile], before: int, data: bytes, page: int | None) -> Picture:
    data = data[before:]
    if plugin is WebPImageFile:
        check_size(*_webp_size(data))
    if plugin in _MOVING:
        return _page(plugin, data, page)
    check_page(page or 1, 1)
    return Picture(_read_jpeg(data) if plugin is JpegImageFile else _decoded(plugin, data))


def _read_jpeg(data: bytes) -> Image.Image:
    found = structure_of(data)
    if found.end is not None:
        return _decoded(JpegImageFile, data[: found.end])
    whole, other = (_decoded(JpegImageFile, it) for it in ended(data, found))
    if whole.tobytes() != other.tobytes():
        raise FrameError("frame.truncated")
    return whole


def _page(plugin: type[ImageFile.ImageFile], data: bytes, page: int | None) -> Picture:
    with _opened(plugin, BytesIO(data)) as image:
        check_size(*image.size)
        if isinstance(image, TiffImageFile) and is_raw(image):
            raise FrameError("frame.raw")
        wanted = checked_page(image, page, pages := pages_of(image, data))
    moves = pages > 1 and plugin is GifImageFile
    return Picture(_decoded(plugin, data, wanted), None, wanted, pages, moves)


def _decoded(plugin: type[ImageFile.ImageFile], data: bytes, page: int = 1) -> Image.Image:
    # The plugin itself, not Image.open: that one obeys a pixel limit anyone may have changed,
    # and turns phone pictures with an embedded preview (MPO) into two frames.
    with _opened(plugin, BytesIO(data), page) as image:
        check_size(*image.size)  # before a JPEG is told to come out smaller
        draft(image)
        deep = deep_colour(image, lambda: _opened(plugin, BytesIO(data), page))
        return upright(to_rgb(deep) if deep else _loaded(image), orientation(image))


def _opened(
    plugin: type[ImageFile.ImageFile], file: BinaryIO, page: int = 1
) -> ImageFile.ImageFile:
    try:
        image = plugin(file)
    except SyntaxError as error:
        if str(error).startswith("unknown"):  # layout of samples, in Pillow's words
            raise FrameError("frame.deep") from error
        raise
    if page > 1:
        image.seek(page - 1)
    return image


def _still(image: Image.Image) -> Image.Image:
    check_size(*image.size)
    if isinstance(image, _MOVING):
        checked_page(image, None, int(getattr(image, "n_frames", 1)))
    return upright(_loaded(image), orientation(image))


def _loaded(image: Image.Image) -> Image.Image:
    image.load()
    return to_rgb(image)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from the header: the decoder would reserve its canvas first."""
    kind, head = data[12:16], data[20:34]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF
