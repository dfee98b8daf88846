"""Untrusted bytes -> RGB pixels, with every limit checked before memory is spent."""

from __future__ import annotations

import struct
import threading
import warnings
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from entdemo.errors import FrameError, UserError

MAX_BYTES = 20 * 1024 * 1024
MAX_MEGAPIXELS = 25
"""A WebP with transparency of this size takes about 650 MB while it is decoded, others less."""
MIN_SIDE = 32
MAX_SIDE = 1600
"""Larger pictures are reduced to this longer side: no model here looks at more."""

MAX_SCANS = 32
"""Passes of a progressive JPEG; cameras and programs write about ten."""

Decoded = TypeVar("Decoded")
Reader = Callable[[bytes], tuple[Image.Image, UserError | None]]

_WARNINGS = threading.Lock()
_SCAN_MARK = b"\xff\xda"
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PHONE_PHOTOS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
_VIDEO_MARKS = (b"\x1aE\xdf\xa3", b"\0\0\1\xba", b"0&\xb2u", b"FLV\1")  # mkv, mpg, wmv, flv
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WIDE_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


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


def check_size(width: int, height: int) -> None:
    """Raise UserError unless a picture of this size is accepted."""
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise FrameError("frame.too_many_pixels", width=width, height=height, limit=MAX_MEGAPIXELS)
    if min(width, height) < MIN_SIDE:
        raise FrameError("frame.too_small", width=width, height=height, limit=MIN_SIDE)


def reduced(image: Image.Image) -> Image.Image:
    """The image, or a copy of at most ``MAX_SIDE`` a side."""
    scale = MAX_SIDE / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def check_scans(jpeg: bytes) -> None:
    """Raise UserError unless a JPEG is built of few passes: each may take long and a few bytes."""
    scans = jpeg.count(_SCAN_MARK)
    if scans > MAX_SCANS:
        raise FrameError("frame.too_many_scans", scans=scans, limit=MAX_SCANS)


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
        return _read_dicom
    plugin = _by_signature(start)
    return None if plugin is None else partial(_read, plugin)


def _read_dicom(data: bytes) -> tuple[Image.Image, UserError | None]:
    from entdemo.image.dicom import read_dicom

    return read_dicom(data)


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
    return _upright(reduced(to_rgb(image)), _orientation(image))


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


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # a broken tag must not cost the picture
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def to_rgb(image: Image.Image) -> Image.Image:
    """RGB of any mode: grey scaled by its range, what is transparent black."""
    if image.mode in _WIDE_MODES:
        return Image.fromarray(_eight_bits(image)).convert("RGB")
    if image.has_transparency_data:
        image = reduced(image.convert("RGBA"))
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        return Image.alpha_composite(black, image).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Grey of 16 bits scaled by its full range, of 32 bits or floats by its own maximum."""
    grey = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    full = 65535.0 if image.mode.startswith("I;16") else max(float(grey.max()), 1e-6)
    scaled: NDArray[np.float32] = np.clip(grey * (255.0 / full) + 0.5, 0, 255)
    return scaled.astype(np.uint8)
