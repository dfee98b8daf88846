"""One picture of a DICOM file, by pydicom; nothing but its pixels is kept.

DICOM PS3.3 C.7.6.3 (pixels), PS3.5 annex A (transfer syntaxes), PS3.15 annex E (burned-in text).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile

from entdemo.errors import FrameError, UserError
from entdemo.image.codestream import codestream_of
from entdemo.image.colour import to_rgb
from entdemo.image.dicom_grey import shown_grey
from entdemo.image.dicom_tags import complete
from entdemo.image.pixels import MAX_SIDE, check_size, draft, reduced
from entdemo.image.segments import structure_of

if TYPE_CHECKING:
    from pydicom import Dataset

_PLAIN = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"}
_PLUGINS: dict[str, type[ImageFile.ImageFile]] = {
    "1.2.840.10008.1.2.4.50": JpegImageFile,
    "1.2.840.10008.1.2.4.51": JpegImageFile,
    "1.2.840.10008.1.2.4.90": Jpeg2KImageFile,
    "1.2.840.10008.1.2.4.91": Jpeg2KImageFile,
}
_VIDEO = "1.2.840.10008.1.2.4.10"
_PREAMBLE = 128
_MARK = b"DICM"
_SYNTAX_TAG = (0x0002, 0x0010)
_LONG_KINDS = (b"OB", b"UN")
_KINDS = (b"AE", b"CS", b"DA", b"LO", b"SH", b"TM", b"UI", b"UL")
"""Of the values that group 8, with which a file without a head begins, may open with."""
_ITEM = b"\xfe\xff\x00\xe0"
_RGB_MARK = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"
"""Tells a JPEG decoder that colours are not YCbCr."""
_LOOKED_AT = 48
"""Frames of a loop that are looked at for one that is not black."""
_BLACK = 0.06
"""Share of the range that nearly all of a black frame stays below."""

Pixels = NDArray[np.generic]


def is_dicom(start: bytes) -> bool:
    """Whether a file begins as DICOM does, with its preamble, with its head, or with neither."""
    if start[_PREAMBLE : _PREAMBLE + 4] == _MARK or start.startswith(b"\2\0\0\0UL\4\0"):
        return True
    if not start.startswith((b"\x08\0\0\0", b"\x08\0\x05\0", b"\x08\0\x08\0", b"\x08\0\x16\0")):
        return False
    following = 8 + int.from_bytes(start[4:8], "little")
    return start[4:6] in _KINDS or start[following : following + 2] == b"\x08\0"


def read_dicom(data: bytes) -> tuple[Image.Image, UserError | None]:
    """Decode the first frame of a DICOM file that is not black.

    Plain pixels, JPEG and JPEG 2000 are read; RGB, YBR, palette and grey, the latter through its
    window where one is stated.

    Args:
        data: the file's bytes.

    Returns:
        An RGB image, its longer side at most ``MAX_SIDE``, and a notice unless the file says
        that no text is burned into the picture.

    Raises:
        UserError: pydicom is not installed, or the file holds no such picture within the limits.
    """
    try:
        from pydicom import dcmread
    except ImportError as error:
        raise FrameError("frame.dicom_extra") from error
    _refuse_syntax(_transfer_syntax(data))  # among them one that inflates without a limit
    try:
        dataset = dcmread(BytesIO(data), force=True)
        syntax = _stated_syntax(dataset)
        _refuse_syntax(syntax)
        complete(dataset, compressed=syntax in _PLUGINS)
        return _picture(dataset, _PLUGINS.get(syntax)), _notice(dataset)
    except UserError:
        raise
    except Exception as error:  # pydicom raises a dozen types on damaged input
        raise FrameError("frame.dicom") from error


def _refuse_syntax(syntax: str) -> None:
    if syntax and syntax not in _PLAIN | _PLUGINS.keys():
        from pydicom.uid import UID

        if syntax.startswith(_VIDEO):
            raise FrameError("frame.video")
        raise FrameError("frame.dicom_syntax", name=UID(syntax).name)


def _transfer_syntax(data: bytes) -> str:
    """How the file is encoded, from its head; empty if that cannot be told."""
    return next((_uid(value) for tag, value in _head(data) if tag == _SYNTAX_TAG), "")


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


def _stated_syntax(dataset: Dataset) -> str:
    """The transfer syntax; where the head that states it is missing, what the pixels look like."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    stated = dataset.file_meta.get("TransferSyntaxUID")
    if not stated:
        implicit, little = dataset.original_encoding
        stated = "1.2.840.10008.1.2" if implicit else f"1.2.840.10008.1.2.{1 if little else 2}"
        packed = bytes(dataset.get("PixelData") or b"")[:512]
        if packed.startswith(_ITEM):
            stated = next(iter(_PLUGINS)) if b"\xff\xd8\xff" in packed else list(_PLUGINS)[-1]
        dataset.file_meta.TransferSyntaxUID = UID(stated)
    return str(stated)


def _picture(dataset: Dataset, plugin: type[ImageFile.ImageFile] | None) -> Image.Image:
    frames = range(int(dataset.get("NumberOfFrames") or 1))
    if plugin is None or dataset.PhotometricInterpretation == "PALETTE COLOR":
        pixels = _lit((_plain_frame(dataset, at) for at in frames), dataset)
    else:
        pixels = _lit((_packed_frame(dataset, plugin, at) for at in frames), dataset)
    if pixels.ndim == 3:
        return reduced(Image.fromarray(pixels))
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        return reduced(_from_palette(_thinned(pixels), dataset))
    return reduced(shown_grey(_thinned(pixels), dataset))


def _lit(frames: Iterator[Pixels], dataset: Dataset) -> Pixels:
    """The first of the frames that is not black, else the first: loops begin in the dark."""
    first = next(frames)
    if not _is_black(first, dataset):
        return first
    with suppress(Exception):  # a file may hold fewer frames than it states
        for frame in islice(frames, _LOOKED_AT):
            if not _is_black(frame, dataset):
                return frame
    return first


def _is_black(pixels: Pixels, dataset: Dataset) -> bool:
    if dataset.PhotometricInterpretation in ("MONOCHROME1", "PALETTE COLOR"):  # 0 is not black
        return False
    most = 255 if pixels.ndim == 3 else 2 ** int(dataset.BitsStored) - 1
    return float(np.percentile(_thinned(pixels).astype(np.float32), 99)) < _BLACK * most


def _packed_frame(dataset: Dataset, plugin: type[ImageFile.ImageFile], at: int) -> Pixels:
    """[H, W, 3] RGB or [H, W]; the frame's own header must keep to the limits as well."""
    from pydicom.encaps import get_frame

    count = int(dataset.get("NumberOfFrames") or 1)
    data = get_frame(dataset.PixelData, at, number_of_frames=count)
    if plugin is JpegImageFile:
        data = _with_colours(data, dataset)
    image = plugin(BytesIO(data))
    check_size(*image.size)
    draft(image)
    image.load()
    if plugin is Jpeg2KImageFile:
        return _of_codestream(image, data, dataset)
    return np.asarray(image if image.mode == "L" else to_rgb(image))


def _with_colours(jpeg: bytes, dataset: Dataset) -> bytes:
    """A JPEG that says that its colours are RGB, where only the file around it says so.

    Whatever in the JPEG itself tells YCbCr is believed: decoders that wrote it did.
    """
    found = structure_of(jpeg)
    if dataset.PhotometricInterpretation != "RGB" or found.adobe or found.jfif or found.subsampled:
        return jpeg
    return jpeg[:2] + _RGB_MARK + jpeg[2:]


def _of_codestream(image: Image.Image, data: bytes, dataset: Dataset) -> Pixels:
    header = codestream_of(data)
    if image.mode == "RGB":
        ybr = dataset.PhotometricInterpretation in ("YBR_FULL", "YBR_FULL_422")
        return _from_ybr(np.asarray(image)) if ybr and not header.transformed else np.asarray(image)
    if image.mode not in ("L", "I;16"):
        raise FrameError("frame.dicom_colours", name=image.mode)
    held = 8 if image.mode == "L" else 16  # Pillow moves samples up to the top of what holds them
    values: NDArray[np.int32] = np.asarray(image).astype(np.int32) >> max(held - header.bits, 0)
    if header.signed:
        values -= 2 ** (header.bits - 1)
        return values
    return values.astype(np.uint8 if held == 8 else np.uint16)


def _plain_frame(dataset: Dataset, at: int) -> Pixels:
    """[H, W, 3] RGB or [H, W] of the type that the file states."""
    from pydicom.pixels import pixel_array

    if int(dataset.BitsAllocated) not in (8, 16):
        raise FrameError("frame.dicom")
    frame: Pixels = pixel_array(dataset, index=at, raw=True)
    if frame.ndim == 2:
        return frame
    if frame.dtype != np.uint8:
        raise FrameError("frame.dicom")
    ybr = str(dataset.PhotometricInterpretation).startswith("YBR")
    return _from_ybr(frame) if ybr else frame


def _from_ybr(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    return np.asarray(Image.frombytes("YCbCr", (width, height), pixels.tobytes()).convert("RGB"))


def _from_palette(indices: Pixels, dataset: Dataset) -> Image.Image:
    from pydicom.pixels import apply_color_lut

    colours = apply_color_lut(indices, dataset)
    return Image.fromarray((colours >> 8 if colours.dtype == np.uint16 else colours).astype("u1"))


def _thinned(pixels: Pixels) -> Pixels:
    """Rows and columns left out of a huge frame: its tables are applied in floating point."""
    step = -(-max(pixels.shape) // MAX_SIDE)
    return pixels[::step, ::step]


def _notice(dataset: Dataset) -> UserError | None:
    stated = str(dataset.get("BurnedInAnnotation", "")).strip().upper()
    if stated == "NO":
        return None
    return FrameError("frame.burned_in" if stated == "YES" else "frame.burned_in_unknown")
