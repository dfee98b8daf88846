"""The coded bytes of a DICOM file's frame -> an RGB picture (DICOM PS3.3 C.7.6.3)."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile

from entdemo.errors import FrameError
from entdemo.image.codestream import codestream_of
from entdemo.image.colour import to_rgb
from entdemo.image.dicom_file import PLUGINS, DicomFile
from entdemo.image.dicom_grey import shown_grey
from entdemo.image.pixels import MAX_SIDE, check_size, draft, reduced
from entdemo.image.segments import structure_of

if TYPE_CHECKING:
    from pydicom import Dataset

Pixels = NDArray[np.generic]

_PALETTE = "PALETTE COLOR"
_RGB_MARK = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"
"""Tells a JPEG decoder that colours are not YCbCr."""
_BLACK = 0.06
"""Share of the range that nearly all of a black frame stays below."""


def frame_pixels(file: DicomFile, coded: bytes) -> Pixels:
    """[H, W, 3] RGB, or [H, W] as it is stored; the frame's own header must keep the limits too."""
    plugin = PLUGINS.get(file.syntax)
    if plugin is None or file.dataset.PhotometricInterpretation == _PALETTE:
        return _plain_frame(file, coded)
    return _packed_frame(file.dataset, plugin, coded)


def shown(pixels: Pixels, dataset: Dataset) -> Image.Image:
    """A frame as it is meant to be seen: RGB, its longer side at most ``MAX_SIDE``."""
    if pixels.ndim == 3:
        return reduced(Image.fromarray(pixels))
    if dataset.PhotometricInterpretation == _PALETTE:
        return reduced(_from_palette(_thinned(pixels), dataset))
    return reduced(shown_grey(_thinned(pixels), dataset))


def is_black(pixels: Pixels, dataset: Dataset) -> bool:
    """Whether nothing can be seen on a frame."""
    if dataset.PhotometricInterpretation in ("MONOCHROME1", _PALETTE):  # 0 is not black
        return False
    most = 255 if pixels.ndim == 3 else 2 ** int(dataset.BitsStored) - 1
    return float(np.percentile(_thinned(pixels).astype(np.float32), 99)) < _BLACK * most


def _packed_frame(dataset: Dataset, plugin: type[ImageFile.ImageFile], data: bytes) -> Pixels:
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


def _plain_frame(file: DicomFile, coded: bytes) -> Pixels:
    """[H, W, 3] RGB or [H, W] of the type that the file states; pydicom unpacks runs (RLE)."""
    from pydicom.encaps import encapsulate
    from pydicom.pixels import pixel_array

    dataset = file.dataset
    if int(dataset.BitsAllocated) not in (8, 16):
        raise FrameError("frame.dicom")
    dataset.NumberOfFrames = 1
    dataset.PixelData = encapsulate([coded]) if file.in_fragments else coded
    frame: Pixels = pixel_array(dataset, raw=True)
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
