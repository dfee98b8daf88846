"""Text that a device has written into a picture: names, numbers and dates beside or over it.

Letters are looked for, not read: rows of small, even, light marks of one tone, and light labels.
Glare is light as well, but comes neither in rows of even height nor in flat rectangles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LIGHT, _WHITE = 120, 205
"""Least luma of letters on black, and of white ones on tissue."""
_COLOURED = 40
"""Least difference of channels in letters that are green, cyan, blue or yellow."""
_LEAST_HEIGHT, _MOST_HEIGHT = 7, 0.2
"""Of a letter: in pixels, and as a share of the picture's height."""
_MOST_WIDE = 2.0
"""Of a letter's width to its height."""
_LEAST_LETTERS = 4
_ALIKE = 0.55
"""Least share of the taller letter's height that its neighbour has, and that both overlap in."""
_MOST_GAP = 1.2
"""Between letters of a row, spaces included, to their height."""
_WORD_GAP = 3.0
"""Between a row that was found and further letters, likewise."""
_LEAST_CONTRAST = 60.0
"""Between letters and what lies around them in their row."""
_MOST_SPREAD = 16.0
"""Standard deviation of the letters' tones; all of a row are drawn with one."""
_FLAT, _LEAST_FLAT = 25, 0.45
"""How near to its lightest how much of a letter comes; glare fades towards its rim."""
_LABEL_AREA, _LABEL_FILL, _LABEL_SPREAD = 0.004, 0.9, 5.0
"""Of a label: share of the picture, of its own rectangle, and deviation of its tone."""
_FRINGE, _BESIDE = 0.35, 1.5
"""Above a row, to its height, and beside it."""

Pixels = NDArray[np.uint8]
Rows = tuple[slice, slice]


@dataclass(frozen=True)
class _Mark:
    top: int
    bottom: int
    left: int
    right: int
    number: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


def burned_text(rgb: Pixels) -> list[Rows]:
    """Rectangles that text was found in.

    Args:
        rgb: [H, W, 3] uint8.

    Returns:
        Slices of rows and columns.
    """
    luma = np.asarray(Image.fromarray(rgb).convert("L"))
    red, green, blue = (rgb[..., channel].astype(np.int16) for channel in range(3))
    cold = np.maximum(green, blue)
    # Tissue is never green, cyan, blue or yellow, so such rows need not stand out from it.
    coloured = (
        (cold >= _LIGHT) & (cold - red >= _COLOURED),
        (green >= _LIGHT) & (np.minimum(red, green) - blue >= 2 * _COLOURED),
    )
    found = [rows for least in (_LIGHT, _WHITE) for rows in _in_mask(luma >= least, rgb, luma)]
    return found + [rows for mask in coloured for rows in _in_mask(mask, rgb, None)]


def _in_mask(mask: NDArray[np.bool_], rgb: Pixels, luma: Pixels | None) -> list[Rows]:
    """Where a mask's marks are letters; by ``luma`` those that do not stand out are none."""
    if not mask.any():
        return []
    from scipy import ndimage  # takes a while, and most commands keep no frame

    labels, _ = ndimage.label(mask, structure=np.ones((3, 3), bool))
    marks = [
        _Mark(found[0].start, found[0].stop, found[1].start, found[1].stop, number)
        for number, found in enumerate(ndimage.find_objects(labels), 1)
    ]
    rows = [
        row for row in _rows(marks, rgb.shape[0]) if luma is None or _is_written(row, luma, labels)
    ]
    rows = [_with_words_beside(row, marks) for row in rows]
    rows += [[mark] for mark in marks if _is_label(mark, rgb, labels)]
    return [_rectangle(row, rgb.shape) for row in rows]


def without_text(rgb: Pixels, found: Sequence[Rows]) -> Pixels:
    """The picture, black where text was found; the same array where there is none."""
    if not found:
        return rgb
    made = rgb.copy()
    for rows in found:
        made[rows] = 0
    return made


def _rows(marks: list[_Mark], height: int) -> list[list[_Mark]]:
    """Marks of a letter's size that stand level, near each other; [rows of letters]."""
    letters = [mark for mark in marks if _may_be_letter(mark, height)]
    rows: list[list[_Mark]] = []
    for letter in sorted(letters, key=lambda it: it.left):
        row = next((row for row in rows if _goes_on(row[-1], letter)), None)
        if row is None:
            rows.append([letter])
        else:
            row.append(letter)
    return [row for row in rows if len(row) >= _LEAST_LETTERS]


def _may_be_letter(mark: _Mark, height: int) -> bool:
    narrow = mark.right - mark.left <= _MOST_WIDE * mark.height
    return narrow and _LEAST_HEIGHT <= mark.height <= _MOST_HEIGHT * height


def _goes_on(last: _Mark, letter: _Mark) -> bool:
    taller = max(last.height, letter.height)
    return _is_level(last, letter) and -1 <= letter.left - last.right <= _MOST_GAP * taller


def _is_level(one: _Mark, other: _Mark) -> bool:
    """Whether two marks may stand in one row: of like height, beside each other."""
    taller = max(one.height, other.height)
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return min(one.height, other.height) >= _ALIKE * taller and overlap >= _ALIKE * taller


def _with_words_beside(row: list[_Mark], letters: list[_Mark]) -> list[_Mark]:
    reach = _WORD_GAP * max(mark.height for mark in row)
    whole = list(row)
    for letter in sorted(letters, key=lambda it: it.left):
        if _is_level(whole[-1], letter) and 0 <= letter.left - whole[-1].right <= reach:
            whole.append(letter)
    for letter in sorted(letters, key=lambda it: -it.right):
        if _is_level(whole[0], letter) and 0 <= whole[0].left - letter.right <= reach:
            whole.insert(0, letter)
    return whole


def _is_written(row: list[_Mark], luma: Pixels, labels: NDArray[np.int32]) -> bool:
    """Whether all letters have one tone, which stands out from what lies around them."""
    tones, around, flat = [], [], []
    for mark in row:
        place = slice(mark.top, mark.bottom), slice(mark.left, mark.right)
        own = labels[place] == mark.number
        strokes = luma[place][own]
        tones.append(float(strokes.max()))
        flat.append(float((strokes >= int(strokes.max()) - _FLAT).mean()))
        around.append(float(np.median(luma[place][~own])) if not own.all() else tones[-1])
    stands_out = float(np.median(np.array(tones) - around))
    is_even = float(np.std(tones)) <= _MOST_SPREAD and float(np.median(flat)) >= _LEAST_FLAT
    return is_even and stands_out >= _LEAST_CONTRAST


def _is_label(mark: _Mark, rgb: Pixels, labels: NDArray[np.int32]) -> bool:
    area = mark.height * (mark.right - mark.left)
    if not _LABEL_AREA <= area / (rgb.shape[0] * rgb.shape[1]) <= 0.5:
        return False
    from scipy import ndimage

    place = slice(mark.top, mark.bottom), slice(mark.left, mark.right)
    own = labels[place] == mark.number
    if ndimage.binary_fill_holes(own).mean() < _LABEL_FILL:
        return False
    tone = np.median(rgb[place][own], axis=0)
    near = np.abs(rgb[place][own] - tone).max(axis=1) <= 2 * _LABEL_SPREAD
    return bool(near.mean() > _LABEL_FILL)


def _rectangle(row: list[_Mark], shape: tuple[int, ...]) -> Rows:
    """Around the marks; beside a row as wide as a letter that ran into something light."""
    height = max(mark.height for mark in row)
    above, beside = (round(_FRINGE * height), round(_BESIDE * height)) if len(row) > 1 else (3, 3)
    top, bottom = min(it.top for it in row) - above, max(it.bottom for it in row) + above
    left, right = min(it.left for it in row) - beside, max(it.right for it in row) + beside
    return slice(max(top, 0), min(bottom, shape[0])), slice(max(left, 0), min(right, shape[1]))
