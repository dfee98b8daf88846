"""Which picture of a file that holds several, as an animation, a TIFF of pages or a DICOM loop."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.TiffImagePlugin import TiffImageFile

from entdemo.errors import FrameError, UserError

LIT = 0
"""In place of a page's number: the first picture that is not black."""

MOST_PAGES = 1000
"""Pictures of a file that are counted; those behind them cannot be chosen."""

MOST_BEFORE = 500_000_000
"""Pixels of an animation's pictures up to the wanted one: each is made of those before it."""

_EXTENSION, _PICTURE = 0x21, 0x2C


@dataclass(frozen=True)
class Picture:
    """A picture as it was decoded.

    Attributes:
        image: upright RGB without metadata, its longer side at most ``pixels.MAX_SIDE``.
        notice: what the person who sent it should know.
        page: which of the file's pictures it is, from 1.
        pages: how many the file holds, at most ``MOST_PAGES`` of other files than DICOM.
        moves: whether they are moments of a loop, which can be read as a clip.
    """

    image: Image.Image
    notice: UserError | None = None
    page: int = 1
    pages: int = 1
    moves: bool = False


def check_page(page: int, pages: int) -> None:
    """Raise FrameError unless a file of so many pictures has this one."""
    if not 1 <= page <= pages:
        raise FrameError("frame.no_page", page=page, pages=pages)


def checked_page(image: Image.Image, page: int | None, pages: int) -> int:
    """The page that is wanted of a file.

    Args:
        image: of the file, its size within the limits.
        page: from 1; ``LIT`` takes the first, None demands that there is only one.
        pages: how many there are.

    Raises:
        UserError: there are several and none was named, or not that one, or it is too far in.
    """
    if page is None and pages > 1:
        raise FrameError("frame.several", pages=pages)
    page = page or 1
    check_page(page, pages)
    most = max(1, MOST_BEFORE // (image.width * image.height))
    if page > most and not isinstance(image, TiffImageFile):
        raise FrameError("frame.page_too_far", page=page, most=most)
    return page


def pages_of(image: Image.Image, data: bytes) -> int:
    """How many pictures a file holds, counted without decoding them.

    Args:
        image: as Pillow opened it, at its first picture; a TIFF is at another one afterwards.
        data: the file.
    """
    if isinstance(image, GifImageFile):
        return _pictures_of_gif(data)
    if isinstance(image, TiffImageFile):
        return _pages_of_tiff(image)
    return min(MOST_PAGES, int(getattr(image, "n_frames", 1)))


def _pages_of_tiff(image: TiffImageFile) -> int:
    """Pillow's own count compares each directory with all before it, however many there are."""
    for page in range(1, MOST_PAGES):
        try:
            image.seek(page)
        except EOFError:
            return page
    return MOST_PAGES


def _pictures_of_gif(data: bytes) -> int:
    """Number of image descriptors (GIF89a, 20); Pillow's own count has no bound."""
    count, place = 0, 13 + _table_bytes(data[10])
    try:
        while count < MOST_PAGES:
            kind = data[place]
            if kind == _PICTURE:
                count += 1
                place = _after_blocks(data, place + 11 + _table_bytes(data[place + 9]))
            elif kind == _EXTENSION:
                place = _after_blocks(data, place + 2)
            else:
                break
    except IndexError:  # cut short
        pass
    return max(count, 1)


def _table_bytes(flags: int) -> int:
    """Length of the table of colours that flags tell of."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    """Where sub-blocks of up to 255 bytes, the last of them empty, end."""
    while length := data[place]:
        place += 1 + length
    return place + 1
