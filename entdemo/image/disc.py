"""Where the content of a frame lies: the endoscope's disc, or the box inside black bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_GRID = 160
_DARK_CORNER = 48.0
_MARGIN = 6.0
_FLAT_CORNERS = 3
_FLAT_SPREAD = 4.0
_INNER_RIM = 0.975
"""Share of a disc's radius up to which the page does not shine into it."""
_SHORT_LINE = 0.15
_BRIDGED_GAP = 0.2
_TOLERANCES = (0.12, 0.06, 0.03)
_MIN_POINTS = 12
_MIN_ON_CIRCLE = 0.5
_MAX_OUTSIDE = 0.08

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, right and bottom excluded; fractions are allowed."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Disc:
    """The disc in pixels; it may reach over the picture's borders."""

    cx: float
    cy: float
    radius: float


def find_content(rgb: NDArray[np.uint8]) -> tuple[Box, Disc | None]:
    """Find what is not black surround, or the disc on a page of another flat tone.

    Args:
        rgb: [H, W, 3] uint8.

    Returns:
        The box of the content, and the disc where the content is one. Specks, text and noise in
        the black are ignored as long as they are small against the content. A surround of
        another tone counts only around a disc.
    """
    height, width = rgb.shape[:2]
    step = max(1, round(max(height, width) / _GRID))
    top, left = ((side - 1) % step // 2 for side in (height, width))
    samples = rgb[top::step, left::step]
    mask = _opened(_bright(samples.max(axis=2)))
    # A sample stands for the step around it; in grid units its centre is at index + 0.5.
    rows, columns = _extent(mask)
    disc = _disc_on_page(samples) if mask.all() else _fit_disc(mask, rows, columns)
    x, y = left + 0.5 - step / 2, top + 0.5 - step / 2
    if disc is None:
        across = _in_pixels(columns, mask.shape[1], step, x, width)
        down = _in_pixels(rows, mask.shape[0], step, y, height)
        return Box(across[0], down[0], across[1], down[1]), None
    disc = Disc(disc.cx * step + x, disc.cy * step + y, disc.radius * step)
    box = Box(
        max(disc.cx - disc.radius, 0.0),
        max(disc.cy - disc.radius, 0.0),
        min(disc.cx + disc.radius, float(width)),
        min(disc.cy + disc.radius, float(height)),
    )
    return box, disc


def _in_pixels(
    run: tuple[int, int], count: int, step: int, offset: float, side: int
) -> tuple[float, float]:
    """A range of samples in pixels; where it reaches the last sample it reaches the border."""
    first = run[0] * step + offset if run[0] > 0 else 0.0
    last = run[1] * step + offset if run[1] < count else float(side)
    return first, last


def _corners(samples: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The four corner patches of [H, W] or [H, W, 3] samples."""
    size = max(2, round(min(samples.shape[:2]) * 0.06))
    ends = (slice(None, size), slice(-size, None))
    return [samples[y, x] for y in ends for x in ends]


def _disc_on_page(samples: NDArray[np.uint8]) -> Disc | None:
    """The disc on a flat surround that is not dark, as on a white page; [H, W, 3] samples."""
    corners = _corners(samples)
    tones = np.array([np.median(corner, axis=(0, 1)) for corner in corners])
    tone = np.median(tones, axis=0)
    spreads = np.array([corner.std(axis=(0, 1)).max() for corner in corners])
    flat = (np.abs(tones - tone).max(axis=1) <= _MARGIN) & (spreads <= _FLAT_SPREAD)
    mask = _opened(np.abs(samples - tone).max(axis=2) > 2 * _MARGIN)
    if flat.sum() < _FLAT_CORNERS or not mask.any():
        return None
    disc = _fit_disc(mask, *_extent(mask))
    return disc and replace(disc, radius=_INNER_RIM * disc.radius)


def _bright(level: NDArray[np.uint8]) -> Mask:
    """Samples clearly above the darkest corner; all of them where no corner is dark."""
    corner = min(_corners(level), key=lambda patch: float(patch.mean()))
    floor = float(np.median(corner))
    mask = level > floor + _MARGIN + 2 * float(corner.std())
    if floor > _DARK_CORNER or not mask.any():
        return np.ones_like(mask)
    return mask


def _opened(mask: Mask) -> Mask:
    """Without what is thinner than three samples: noise, and text in the black."""
    padded = np.pad(mask, 2, mode="edge")
    core = _window(padded, np.logical_and)
    opened = _window(core, np.logical_or)
    return opened if opened.any() else mask


def _window(mask: Mask, join: Callable[[Mask, Mask], Mask]) -> Mask:
    """Each 3 x 3 window joined to one value; two rows and two columns are lost."""
    rows = join(join(mask[:-2], mask[1:-1]), mask[2:])
    return join(join(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])


def _extent(mask: Mask) -> tuple[tuple[int, int], tuple[int, int]]:
    """Row range and column range of the main content."""
    columns = _main_run(mask.sum(axis=0))
    rows = _main_run(mask[:, columns[0] : columns[1]].sum(axis=1))
    columns = _main_run(mask[rows[0] : rows[1]].sum(axis=0))
    return rows, columns


def _main_run(counts: NDArray[np.int64]) -> tuple[int, int]:
    """Longest run of well-filled lines; a dark slit or lumen between two such runs is bridged."""
    filled = np.flatnonzero(counts >= max(1.0, _SHORT_LINE * float(counts.max())))
    cuts = np.flatnonzero(np.diff(filled) > _BRIDGED_GAP * len(counts)) + 1
    longest = max(np.split(filled, cuts), key=lambda run: int(run[-1] - run[0]))
    return int(longest[0]), int(longest[-1]) + 1


def _fit_disc(mask: Mask, rows: tuple[int, int], columns: tuple[int, int]) -> Disc | None:
    points = _rim(mask)
    if len(points) < _MIN_POINTS:
        return None
    middle = (sum(columns) / 2, sum(rows) / 2)
    guess = Disc(*middle, max(rows[1] - rows[0], columns[1] - columns[0]) / 2)
    fits = [_refined(points, start) for start in (guess, _circle(points))]
    on_circle, disc = max(fits, key=lambda fit: fit[0])
    enough = on_circle >= max(_MIN_POINTS, _MIN_ON_CIRCLE * len(points))
    return disc if enough and _plausible(disc, mask) else None


def _rim(mask: Mask) -> Points:
    """[N, 2] x, y where rows and columns enter and leave the bright; not at picture borders."""
    across = _ends(mask)
    down = _ends(mask.T)[:, ::-1]
    return np.concatenate([across, down])


def _ends(mask: Mask) -> Points:
    length = mask.shape[1]
    lines = np.flatnonzero(mask.any(axis=1))
    first = mask[lines].argmax(axis=1)
    last = length - mask[lines][:, ::-1].argmax(axis=1)
    inner_first, inner_last = first > 0, last < length
    along = np.concatenate([first[inner_first], last[inner_last]])
    across = np.concatenate([lines[inner_first], lines[inner_last]]) + 0.5
    return np.stack([along, across], axis=1).astype(np.float64)


def _refined(points: Points, disc: Disc) -> tuple[int, Disc]:
    """Fit again to the points near the circle, ever nearer; returns how many stay, and the fit."""
    near = 0
    for tolerance in _TOLERANCES:
        distance = np.hypot(points[:, 0] - disc.cx, points[:, 1] - disc.cy)
        keep = np.abs(distance - disc.radius) < tolerance * disc.radius
        near = int(keep.sum())
        if near < _MIN_POINTS:
            return 0, disc
        disc = _circle(points[keep])
    return near, disc


def _circle(points: Points) -> Disc:
    """Least-squares circle (Kasa, 1976)."""
    x, y = points[:, 0], points[:, 1]
    system = np.stack([2 * x, 2 * y, np.ones_like(x)], axis=1)
    cx, cy, rest = np.linalg.lstsq(system, x * x + y * y, rcond=None)[0]
    return Disc(float(cx), float(cy), float(np.sqrt(max(rest + cx * cx + cy * cy, 0.0))))


def _plausible(disc: Disc, mask: Mask) -> bool:
    height, width = mask.shape
    if not (0 <= disc.cx <= width and 0 <= disc.cy <= height):
        return False
    if not 0.2 * min(mask.shape) <= disc.radius <= 0.8 * max(mask.shape):
        return False
    y, x = np.ogrid[:height, :width]
    outside = (x + 0.5 - disc.cx) ** 2 + (y + 0.5 - disc.cy) ** 2 > (1.04 * disc.radius) ** 2
    return bool(mask[outside].sum() <= _MAX_OUTSIDE * mask.sum())
