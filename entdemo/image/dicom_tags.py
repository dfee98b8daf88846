"""What a DICOM file says of its pixels, with the usual defaults where it says nothing.

DICOM PS3.3 C.7.6.3; the defaults are those that viewers take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from entdemo.errors import FrameError
from entdemo.image.pixels import check_size

if TYPE_CHECKING:
    from pydicom import Dataset

_COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT")
_GREYS = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
_HALVED = "YBR_FULL_422"
"""Of whose plain pixels two share their colour."""


def complete(dataset: Dataset, held: int | None) -> None:
    """Fill in what is missing, and settle what contradicts the pixels.

    Args:
        dataset: the tags before the pixels.
        held: bytes of pixels that are there; None where they are compressed.

    Raises:
        FrameError: naming a tag that nothing stands in for; the stated sizes are outside the
            limits or do not fit the pixels.
    """
    for name in ("Rows", "Columns"):
        if name not in dataset or not dataset[name].value:
            raise FrameError("frame.dicom_tag", tag=name)
    check_size(int(dataset.Columns), int(dataset.Rows))
    for name, default in _DEFAULTS.items():
        if dataset.get(name) in (None, ""):
            setattr(dataset, name, default(dataset))
    if dataset.PhotometricInterpretation not in _COLOURS + _GREYS:
        raise FrameError("frame.dicom_colours", name=dataset.PhotometricInterpretation)
    if held is not None:
        _settle_sizes(dataset, held)


def frame_bytes(dataset: Dataset) -> int:
    """Length of a frame that is not compressed."""
    return _frame_bytes(dataset, int(dataset.SamplesPerPixel))


def _colours_of(dataset: Dataset) -> str:
    return "RGB" if int(dataset.get("SamplesPerPixel") or 1) > 1 else "MONOCHROME2"


def _samples_of(dataset: Dataset) -> int:
    return 3 if dataset.PhotometricInterpretation in _COLOURS else 1


_DEFAULTS: dict[str, Callable[[Dataset], object]] = {
    "PhotometricInterpretation": _colours_of,
    "SamplesPerPixel": _samples_of,
    "BitsAllocated": lambda dataset: 16 if int(dataset.get("BitsStored") or 8) > 8 else 8,
    "BitsStored": lambda dataset: dataset.BitsAllocated,
    "HighBit": lambda dataset: int(dataset.BitsStored) - 1,
    "PixelRepresentation": lambda _: 0,
    "PlanarConfiguration": lambda _: 0,
}
"""In the order in which they build on each other."""


def _settle_sizes(dataset: Dataset, held: int) -> None:
    """Take the number of samples that fits the pixels' length, and colours that fit the number."""
    stated, meant = int(dataset.SamplesPerPixel), _samples_of(dataset)
    if stated == meant and _fits(dataset, held, stated, exactly=False):
        return
    for samples in (stated, meant):
        if samples in (1, 3) and _fits(dataset, held, samples, exactly=True):
            dataset.SamplesPerPixel = samples
            if samples != meant:
                dataset.PhotometricInterpretation = _colours_of(dataset)
            return
    cut = held < _frame_bytes(dataset, meant)
    raise FrameError("frame.truncated" if cut else "frame.dicom_sizes")


def _fits(dataset: Dataset, length: int, samples: int, *, exactly: bool) -> bool:
    """Whether the pixels are as many as stated, or at least a whole number of such frames."""
    count = int(dataset.get("NumberOfFrames") or 1)
    frame = _frame_bytes(dataset, samples)
    if exactly:
        return 0 <= length - frame * count <= 1
    return length >= frame * count and length % frame <= 1


def _frame_bytes(dataset: Dataset, samples: int) -> int:
    bits = int(dataset.Rows) * int(dataset.Columns) * samples * int(dataset.BitsAllocated)
    halved = samples == 3 and dataset.PhotometricInterpretation == _HALVED
    return max((bits * 2 // 3 if halved else bits) // 8, 1)
