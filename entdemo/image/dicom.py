"""One picture of a DICOM file, by pydicom; nothing but its pixels is kept.

DICOM PS3.3 C.7.6.3 (pixels), PS3.5 annex A (transfer syntaxes), PS3.15 annex E (burned-in text).
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile

from entdemo.errors import FrameError, UserError
from entdemo.image.colour import to_rgb
from entdemo.image.pixels import MAX_SIDE, check_size, reduced
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
_META_START = 132
_SYNTAX_TAG = (0x0002, 0x0010)
_LONG_KINDS = (b"OB", b"UN")
_RGB_MARK = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"
"""Tells a JPEG decoder that colours are not YCbCr."""

Pixels = NDArray[np.generic]


def read_dicom(data: bytes) -> tuple[Image.Image, UserError | None]:
    """Decode the first frame of a DICOM file.

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
    syntax = _transfer_syntax(data)
    if syntax not in _PLAIN | _PLUGINS.keys():  # among them one that inflates without a limit
        raise FrameError("frame.video" if syntax.startswith(_VIDEO) else "frame.dicom")
    try:
        dataset = dcmread(BytesIO(data))
        check_size(int(dataset.Columns), int(dataset.Rows))
        return _picture(dataset, _PLUGINS.get(syntax)), _notice(dataset)
    except UserError:
        raise
    except Exception as error:  # pydicom raises a dozen types on damaged input
        raise FrameError("frame.dicom") from error


def _transfer_syntax(data: bytes) -> str:
    """How the file is encoded, from its head; empty if that cannot be told."""
    return next((_uid(value) for tag, value in _head(data) if tag == _SYNTAX_TAG), "")


def _uid(value: bytes) -> str:
    return value.rstrip(b"\0 ").decode("ascii", "replace")


def _head(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Tags and values of group 2, which is explicit little endian in every file."""
    place = _META_START
    while data[place : place + 2] == b"\x02\0" and place + 12 <= len(data):
        tag = (2, int.from_bytes(data[place + 2 : place + 4], "little"))
        long = data[place + 4 : place + 6] in _LONG_KINDS
        start = place + (12 if long else 8)
        length = int.from_bytes(data[place + (8 if long else 6) : start], "little")
        yield tag, data[start : start + length]
        place = start + length


def _picture(dataset: Dataset, plugin: type[ImageFile.ImageFile] | None) -> Image.Image:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        return reduced(_from_palette(dataset))
    if plugin is None:
        return reduced(_from_pixels(dataset))
    image = _opened(dataset, plugin)
    if int(dataset.SamplesPerPixel) == 1:
        return reduced(_grey(np.asarray(image), dataset))
    return to_rgb(image)


def _opened(dataset: Dataset, plugin: type[ImageFile.ImageFile]) -> ImageFile.ImageFile:
    """The first compressed frame, whose own header must keep to the limits as well."""
    from pydicom.encaps import get_frame

    count = int(dataset.get("NumberOfFrames") or 1)
    data = get_frame(dataset.PixelData, 0, number_of_frames=count)
    if plugin is JpegImageFile:
        structure_of(data)
        if dataset.PhotometricInterpretation == "RGB" and b"Adobe" not in data[:4096]:
            data = data[:2] + _RGB_MARK + data[2:]
    image = plugin(BytesIO(data))
    check_size(*image.size)
    image.draft(None, (MAX_SIDE, MAX_SIDE))
    image.load()
    return image


def _from_pixels(dataset: Dataset) -> Image.Image:
    pixels = _first_frame(dataset)
    if int(dataset.SamplesPerPixel) == 1:
        return _grey(pixels, dataset)
    if pixels.dtype != np.uint8:
        raise FrameError("frame.dicom")
    ybr = str(dataset.PhotometricInterpretation).startswith("YBR")
    image = Image.fromarray(pixels)
    if ybr:
        image = Image.frombytes("YCbCr", image.size, image.tobytes())
    return image.convert("RGB")


def _from_palette(dataset: Dataset) -> Image.Image:
    from pydicom.pixels import apply_color_lut

    colours = apply_color_lut(_thinned(_first_frame(dataset)), dataset)
    return Image.fromarray((colours >> 8 if colours.dtype == np.uint16 else colours).astype("u1"))


def _first_frame(dataset: Dataset) -> Pixels:
    """[H, W] or [H, W, 3], of the type that the file states."""
    from pydicom.pixels import pixel_array

    if int(dataset.BitsAllocated) not in (8, 16):
        raise FrameError("frame.dicom")
    frame: Pixels = pixel_array(dataset, index=0, raw=True)
    return frame


def _grey(pixels: Pixels, dataset: Dataset) -> Image.Image:
    """Grey through rescaling and window; 8 bits without either are shown as they are."""
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    values: Any = apply_voi_lut(apply_modality_lut(_thinned(pixels), dataset), dataset)
    values = np.asarray(values)
    if values.dtype != np.uint8:
        low, high = float(values.min()), float(values.max())
        values = ((values - low) * (255 / max(high - low, 1e-6)) + 0.5).astype(np.uint8)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        values = 255 - values
    return Image.fromarray(values).convert("RGB")


def _thinned(pixels: Pixels) -> Pixels:
    """Rows and columns left out of a huge frame: its tables are applied in floating point."""
    step = -(-max(pixels.shape) // MAX_SIDE)
    return pixels[::step, ::step]


def _notice(dataset: Dataset) -> UserError | None:
    stated = str(dataset.get("BurnedInAnnotation", "")).strip().upper()
    if stated == "NO":
        return None
    return FrameError("frame.burned_in" if stated == "YES" else "frame.burned_in_unknown")
