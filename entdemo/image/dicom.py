"""Pictures of a DICOM file, by pydicom; nothing but its pixels is kept.

DICOM PS3.3 C.7.6.3 (pixels), C.7.6.5 (times of a loop), PS3.15 annex E (burned-in text).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import accumulate, chain, islice, repeat
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from entdemo.errors import FrameError, UserError
from entdemo.image.dicom_file import DicomFile, open_dicom
from entdemo.image.dicom_pixels import Pixels, frame_pixels, is_black, shown
from entdemo.image.page import LIT, Picture, check_page

if TYPE_CHECKING:
    from pydicom import Dataset

_LOOKED_AT = 48
"""Frames of a loop that are looked at for one that is not black."""

_USUAL_RATE = 25.0
"""Frames a second of a loop that does not state its own."""


def read_dicom(data: bytes, page: int | None) -> Picture:
    """Decode one frame of a DICOM file.

    Plain pixels, JPEG, JPEG 2000 and RLE are read; RGB, YBR, palette and grey, the latter through
    its window where one is stated.

    Args:
        data: the file's bytes.
        page: which frame, from 1; else the first that is not black is taken.

    Returns:
        The frame with a notice unless the file says that no text is burned into the picture.

    Raises:
        UserError: the file holds no such picture within the limits.
    """
    try:
        file = open_dicom(BytesIO(data))
        number, pixels = _lit(file) if page in (None, LIT) else _chosen(file, page or 1)
        notice = burned_in(file.dataset)
        image = shown(pixels, file.dataset)
        return Picture(image, notice, number, file.count, moves=file.count > 1)
    except UserError:
        raise
    except Exception as error:  # pydicom raises a dozen types on damaged input
        raise FrameError("frame.dicom") from error


def loop(file: DicomFile) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Frames of a loop with their times from the first one on, in seconds.

    It ends where the file is damaged; frames that cannot be decoded are left out.
    """
    coded = file.coded_frames()
    for at in _times(file.dataset):
        try:
            data = next(coded)
        except StopIteration:
            return
        except Exception:  # pydicom raises a dozen types on damaged fragments
            return
        with suppress(Exception):
            yield at, np.asarray(shown(frame_pixels(file, data), file.dataset))


def open_loop(file: BinaryIO) -> DicomFile:
    """A file whose frames are a loop or a video.

    Raises:
        UserError: it cannot be read here, or holds a single picture.
    """
    try:
        found = open_dicom(file, video=True)
    except UserError:
        raise
    except Exception as error:  # as above
        raise FrameError("frame.dicom") from error
    if found.count < 2 and not found.is_video:
        raise FrameError("clip.one_frame")
    return found


def seconds(file: DicomFile) -> float:
    """When the last frame of a loop is shown, as stated."""
    return next(islice(_times(file.dataset), file.count - 1, None), 0.0)


def burned_in(dataset: Dataset) -> UserError | None:
    """What is to be known of text in the picture; None where the file says that there is none."""
    stated = str(dataset.get("BurnedInAnnotation", "")).strip().upper()
    if stated == "NO":
        return None
    return FrameError("frame.burned_in" if stated == "YES" else "frame.burned_in_unknown")


def _times(dataset: Dataset) -> Iterator[float]:
    """Seconds at which frame after frame is shown, from 0, without end."""
    step = 1 / _USUAL_RATE
    for name, of in (("RecommendedDisplayFrameRate", 1.0), ("CineRate", 1.0)):
        with suppress(TypeError, ValueError, ZeroDivisionError):
            step = abs(of / float(dataset.get(name)))
    with suppress(TypeError, ValueError):
        step = abs(float(dataset.get("FrameTime"))) / 1000 or step
    told: list[float] = []
    with suppress(TypeError, ValueError):
        told = [abs(float(it)) / 1000 for it in dataset.get("FrameTimeVector")][1:]
    return accumulate(chain(told, repeat(step)), initial=0.0)


def _chosen(file: DicomFile, page: int) -> tuple[int, Pixels]:
    check_page(page, file.count)
    coded = next(islice(file.coded_frames(), page - 1, None), None)
    if coded is None:  # a file may hold fewer frames than it states
        raise FrameError("frame.truncated")
    return page, frame_pixels(file, coded)


def _lit(file: DicomFile) -> tuple[int, Pixels]:
    """Number and pixels of the first frame that is not black, else the first."""
    coded = file.coded_frames()
    first = frame_pixels(file, next(coded))
    if not is_black(first, file.dataset):
        return 1, first
    with suppress(Exception):  # as above
        for number, data in enumerate(islice(coded, _LOOKED_AT), 2):
            pixels = frame_pixels(file, data)
            if not is_black(pixels, file.dataset):
                return number, pixels
    return 1, first
