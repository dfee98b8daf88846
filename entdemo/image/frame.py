"""Any upload -> a clean RGB frame.

Training and serving look at frames through ``Frame.square``; nothing here mirrors a picture,
except that a camera's own orientation mark is obeyed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.errors import FrameError, UserError
from entdemo.image.burned_text import Rows, burned_text, without_text
from entdemo.image.decode import MAX_BYTES, check_bytes, decode, decode_image
from entdemo.image.disc import Box, Disc, find_content
from entdemo.image.page import Picture
from entdemo.image.pixels import check_size, reduced

__all__ = ["Box", "Disc", "Frame", "FrameSource", "frame_from_array", "load_frame"]

Pixels = NDArray[np.uint8]
_MAX_STRETCH = 1.2
_RIM = 1.02
"""What lies farther out than this many radii is surround: black, noise or burned-in text."""


@dataclass(frozen=True)
class Frame:
    """One still picture without metadata; two frames are equal where their pixels are.

    Attributes:
        digest: sha256 of size and pixels, as hexadecimal.
        rgb: [H, W, 3] uint8, read-only, longer side at most 1920.
        box: where the content lies in it, in pixels.
        disc: the endoscope's bright disc in pixels, None where the content fills a rectangle.
        notice: what the person who sent it should know, as of text burned into the picture.
        page: which of its file's pictures it is, from 1.
        pages: how many the file holds.
        moves: whether they are moments of a loop, which can be read as a clip.
    """

    digest: str
    rgb: Pixels = field(compare=False, repr=False)
    box: Box = field(compare=False)
    disc: Disc | None = field(compare=False)
    notice: UserError | None = field(default=None, compare=False)
    page: int = field(default=1, compare=False)
    pages: int = field(default=1, compare=False)
    moves: bool = field(default=False, compare=False)

    @property
    def square_bounds(self) -> tuple[float, float, float]:
        """Left, top and side in pixels of what ``square`` shows; it may leave the picture.

        The square is as large as the content's longer side, or 1.2 times its shorter side if that
        is less.
        """
        width, height = self.box.right - self.box.left, self.box.bottom - self.box.top
        side = min(max(width, height), _MAX_STRETCH * min(width, height))
        left = (self.box.left + self.box.right - side) / 2
        top = (self.box.top + self.box.bottom - side) / 2
        return left, top, side

    def square(self, size: int) -> Pixels:
        """The content, centred in a square; black where the square leaves the picture.

        Args:
            size: side in pixels.

        Returns:
            [size, size, 3] uint8, of ``square_bounds``. What surrounds a disc is made black.
        """
        left, top, side = self.square_bounds
        x, y, extra = int(np.floor(left)), int(np.floor(top)), int(np.ceil(side)) + 1
        canvas = Image.fromarray(self.rgb).crop((x, y, x + extra, y + extra))
        resized = canvas.resize(
            (size, size),
            Image.Resampling.BICUBIC,
            box=(left - x, top - y, left - x + side, top - y + side),
            reducing_gap=2.0,
        )
        return self._without_surround(np.array(resized), left, top, size / side)

    def content(self) -> Pixels:
        """The content alone, at the frame's own scale: cropped to its box, black around a disc.

        Text that seems to be burned in is black as well.

        Returns:
            [h, w, 3] uint8.
        """
        left, top = int(self.box.left), int(self.box.top)
        right, bottom = int(np.ceil(self.box.right)), int(np.ceil(self.box.bottom))
        shown = without_text(self.rgb, self.text)[top:bottom, left:right].copy()
        return self._without_surround(shown, left, top, 1.0)

    def shown(self) -> Pixels:
        """The frame in its own size, black wherever ``content`` shows nothing.

        Returns:
            [H, W, 3] uint8.
        """
        content = self.content()
        canvas = np.zeros_like(self.rgb)
        top, left = int(self.box.top), int(self.box.left)
        canvas[top : top + content.shape[0], left : left + content.shape[1]] = content
        return canvas

    @property
    def warning(self) -> UserError | None:
        """What is to be known before the frame is shown, stored or passed on."""
        return self.notice or (FrameError("frame.text_masked") if self.has_text else None)

    @cached_property
    def text(self) -> list[Rows]:
        """Where text seems to be burned into the picture, beside the content or in it."""
        return burned_text(self.rgb)

    @property
    def has_text(self) -> bool:
        """Whether text was masked in what is kept of the frame, and some may be left."""
        left, top, right, bottom = self.box.left, self.box.top, self.box.right, self.box.bottom
        return any(
            rows.stop > top
            and rows.start < bottom
            and columns.stop > left
            and columns.start < right
            for rows, columns in self.text
        )

    def _without_surround(self, pixels: Pixels, left: float, top: float, scale: float) -> Pixels:
        if self.disc is not None:
            height, width = pixels.shape[:2]
            y, x = np.ogrid[:height, :width]
            x, y = x + 0.5 - (self.disc.cx - left) * scale, y + 0.5 - (self.disc.cy - top) * scale
            pixels[x * x + y * y > (_RIM * self.disc.radius * scale) ** 2] = 0
        return pixels


FrameSource = str | os.PathLike[str] | bytes | Image.Image | Pixels | Frame
"""What ``load_frame`` takes."""


def load_frame(source: FrameSource, page: int | None = None) -> Frame:
    """Read a frame from whatever holds one.

    Args:
        source: a file's path, its bytes, an image of Pillow, an array [H, W, 3] uint8 of RGB, or a
            frame, which is returned as it is.
        page: which picture of a file that holds several, see ``decode``.

    Raises:
        UserError: if it is not one still picture within the limits, with the reason.
        ValueError: if an array is not [H, W, 3] uint8.
    """
    if isinstance(source, Frame):
        return source
    if isinstance(source, np.ndarray):
        return frame_from_array(source)
    if isinstance(source, Image.Image):
        return _frame(Picture(decode_image(source)))
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    return _frame(decode(data, page))


def frame_from_array(rgb: Pixels) -> Frame:
    """Make a frame from pixels that are already decoded.

    Args:
        rgb: [H, W, 3] uint8.

    Raises:
        UserError: if the picture is too large or too small.
        ValueError: if the array is not [H, W, 3] uint8.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(f"expected [H, W, 3] uint8, got {list(rgb.shape)} {rgb.dtype}")
    check_size(rgb.shape[1], rgb.shape[0])
    return _frame(Picture(reduced(Image.fromarray(rgb))))


def _frame(picture: Picture) -> Frame:
    rgb = np.array(picture.image)
    rgb.setflags(write=False)
    digest = hashlib.sha256(f"{picture.image.width}x{picture.image.height}:".encode())
    digest.update(rgb.data)
    box, disc = find_content(rgb)
    return Frame(
        digest=digest.hexdigest(),
        rgb=rgb,
        box=box,
        disc=disc,
        notice=picture.notice,
        page=picture.page,
        pages=picture.pages,
        moves=picture.moves,
    )


def _read_file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FrameError("frame.missing", name=path.name)
        with path.open("rb") as file:
            start = file.read(4096)
            check_bytes(start, os.stat(file.fileno()).st_size)
            return start + file.read(MAX_BYTES)
    except OSError as error:
        raise FrameError("frame.unreadable", name=path.name) from error
