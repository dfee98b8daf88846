"""What kind of file some bytes are: those that are read, and the names of those that are not."""

from __future__ import annotations

import re

from PIL import ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_STARTS: tuple[tuple[tuple[bytes, ...], type[ImageFile.ImageFile]], ...] = (
    ((b"\xff\xd8\xff",), JpegImageFile),
    ((b"\x89PNG\r\n\x1a\n",), PngImageFile),
    ((b"GIF87a", b"GIF89a"), GifImageFile),
    ((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"), Jpeg2KImageFile),
)
_BEFORE_A_PICTURE = re.compile(
    rb"(?:--[^\r\n]{1,200}\r?\n)?(?:[A-Za-z-]{1,40}:[^\r\n]{0,400}\r?\n){0,20}[\0\s]{0,64}"
    rb"(?=\xff\xd8\xff|\x89PNG\r\n)"
)
"""Empty lines and headers that a stream of several parts leaves before its picture."""

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF = {b"avif", b"avis"}
_PHONE = {b"mif1", b"msf1", b"mif2", b"miaf"}
"""Brands of pictures that leave open how they are coded."""
_RAW = {b"crx "}
_JPEG_XL = {b"jxl "}

_OTHERS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("frame.jpeg_xl", (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")),
    ("frame.raw", (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")),
    ("frame.document", (b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"8BPS")),
    ("frame.archive", (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")),
    ("frame.git_pointer", (b"version https://git-lfs.github.com/",)),
    ("frame.mac_twin", (b"\0\x05\x16\x07", b"\0\x05\x16\0")),
    ("frame.video", (b"\x1aE\xdf\xa3", b"\0\0\1\xba", b"0&\xb2u", b"FLV\1")),
)  # fmt: skip
_PAGES = (b"<!doctype html", b"<html")
_DNG_VERSION, _MAKE, _SUBFILES, _SUBFILE_KIND, _REDUCED = 0xC612, 0x010F, 0x014A, 0x00FE, 1


def before_picture(start: bytes) -> int:
    """How many bytes of a stream lie before the JPEG or PNG that it carries."""
    found = _BEFORE_A_PICTURE.match(start)
    return found.end() if found else 0


def plugin_of(start: bytes) -> type[ImageFile.ImageFile] | None:
    """What decodes a file that begins so; None if nothing does."""
    for marks, plugin in _STARTS:
        if start.startswith(marks):
            return plugin
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WebPImageFile
    if start.startswith(_TIFF_MARKS) and start[8:10] != b"CR":  # Canon's raw photos are not meant
        return TiffImageFile
    if start.startswith(b"BM") and int.from_bytes(start[14:18], "little") in _BMP_HEADERS:
        return BmpImageFile
    return _of_brands(start)


def _of_brands(start: bytes) -> type[ImageFile.ImageFile] | None:
    major, brands = _brands(start)
    if major not in _HEIC | _AVIF | _PHONE:
        return None
    if major in _AVIF or (major in _PHONE and brands & _AVIF):
        return AvifImageFile
    from pi_heif import HeifImageFile

    plugin: type[ImageFile.ImageFile] = HeifImageFile
    return plugin


def _brands(start: bytes) -> tuple[bytes, set[bytes]]:
    """The brand and the compatible ones of an ISO base media file; empty where it is none."""
    if start[4:8] != b"ftyp":
        return b"", set()
    box = start[: int.from_bytes(start[:4], "big")]
    return start[8:12], {box[place : place + 4] for place in range(16, len(box) - 3, 4)}


def is_raw(image: TiffImageFile) -> bool:
    """Whether a TIFF is a camera's raw photo: its first picture is a mere preview."""
    tags = image.tag_v2
    if _DNG_VERSION in tags or int(tags.get(_SUBFILE_KIND, 0)) & _REDUCED:
        return True
    return _SUBFILES in tags and _MAKE in tags


def why_not(start: bytes) -> str:
    """Key of the sentence that names a file that cannot be read here by what it is."""
    text = start[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<") and b"<svg" in text:
        return "frame.vector"
    if text.startswith(_PAGES):
        return "frame.web_page"
    for key, marks in _OTHERS:
        if start.startswith(marks):
            return key
    if start[8:10] == b"CR" and start.startswith(_TIFF_MARKS):
        return "frame.raw"
    major, _ = _brands(start)
    if major in _RAW | _JPEG_XL:
        return "frame.raw" if major in _RAW else "frame.jpeg_xl"
    return "frame.video" if major or start[8:12] == b"AVI " else "frame.not_a_picture"
