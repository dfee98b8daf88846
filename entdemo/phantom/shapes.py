"""Soft geometry on picture grids: distances, blends and curves, all in float32.

Signed distances are negative inside and in picture units (the disc has radius 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Array = NDArray[np.float32]
Point = tuple[float, float]


def f32(values: NDArray[Any]) -> Array:
    """The values as float32, without a copy where they already are."""
    return np.asarray(values, np.float32)


def grid(size: int) -> tuple[Array, Array]:
    """Pixel centres of a [size, size] picture: x to the right and y down, both -1..1."""
    axis = (np.arange(size, dtype=np.float32) + 0.5) * np.float32(2 / size) - np.float32(1)
    x, y = np.meshgrid(axis, axis)
    return x, y


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 below ``low``, 1 above ``high``, a smooth S between; falls where low > high."""
    t = np.clip((value - low) * (1 / (high - low)), 0, 1)
    return f32(t * t * (3 - 2 * t))


def bell(value: Array, width: float) -> Array:
    """A bump of height 1 at 0 that fades over about ``width``: 1 / (1 + (v/w)^2)^2."""
    t = f32(value * (1 / width))
    t = f32(1 / (1 + t * t))
    return t * t


def mix(a: Array | Sequence[float], b: Array | Sequence[float], weight: Array) -> Array:
    """Blend colours: ``a`` where weight [S, S] is 0, ``b`` where it is 1; gives [S, S, 3]."""
    first, second = np.asarray(a, np.float32), np.asarray(b, np.float32)
    blended = np.empty((*weight.shape, 3), np.float32)
    for channel in range(3):  # whole planes at a time: much faster than broadcasting over 3
        low = first[..., channel]
        blended[..., channel] = low + (second[..., channel] - low) * weight
    return blended


def dim(colour: Array | Sequence[float], factor: Array) -> Array:
    """Multiply a colour, [S, S, 3] or one for all, by a field [S, S]; gives [S, S, 3]."""
    values = np.asarray(colour, np.float32)
    product = np.empty((*factor.shape, 3), np.float32)
    for channel in range(3):
        product[..., channel] = values[..., channel] * factor
    return product


def lerp(a: Array | float, b: Array | float, weight: Array) -> Array:
    """Blend scalar fields: ``a`` where weight is 0, ``b`` where it is 1."""
    blended: Array = a + (b - a) * weight
    return blended


def rotate(x: Array, y: Array, angle: float) -> tuple[Array, Array]:
    """Coordinates in a frame turned clockwise on the picture by ``angle`` radians."""
    c, s = float(np.cos(angle)), float(np.sin(angle))
    return x * c + y * s, y * c - x * s


def sd_circle(x: Array, y: Array, centre: Point, radius: float) -> Array:
    """Signed distance of a circle."""
    distance: Array = np.hypot(x - centre[0], y - centre[1]) - radius
    return distance


def sd_ellipse(x: Array, y: Array, centre: Point, radii: Point, angle: float = 0.0) -> Array:
    """Signed distance of an ellipse (first order: exact on the rim, good near it)."""
    u, v = rotate(x - centre[0], y - centre[1], angle)
    u, v = u * (1 / radii[0]), v * (1 / radii[1])
    k0 = np.sqrt(u * u + v * v) + np.float32(1e-6)
    u, v = u * (1 / radii[0]), v * (1 / radii[1])
    k1 = np.sqrt(u * u + v * v) + np.float32(1e-6)
    distance: Array = k0 * (k0 - 1) / k1
    return distance


def sd_capsule(x: Array, y: Array, a: Point, b: Point, radius: float, tip: float = -1) -> Array:
    """Signed distance of a rounded stick from ``a`` to ``b``; ``tip`` is the radius at ``b``."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    px, py = x - a[0], y - a[1]
    t = f32(np.clip((px * dx + py * dy) * (1 / (dx * dx + dy * dy + 1e-9)), 0, 1))
    end = radius if tip < 0 else tip
    distance: Array = np.hypot(px - t * dx, py - t * dy) - (radius + (end - radius) * t)
    return distance


def sd_polyline(x: Array, y: Array, points: Sequence[Point]) -> Array:
    """Distance (0 or more) to a chain of straight pieces."""
    pieces = [sd_capsule(x, y, a, b, 0.0) for a, b in pairwise(points)]
    return f32(np.minimum.reduce(pieces))


def bezier(points: Sequence[Point], pieces: int = 8) -> list[Point]:
    """Points on the Bezier curve of any order that ``points`` control."""
    t = np.linspace(0, 1, pieces + 1)[:, None]
    level = [np.asarray(point, float)[None, :] for point in points]
    while len(level) > 1:
        level = [a + (b - a) * t for a, b in pairwise(level)]
    return [(float(px), float(py)) for px, py in level[0]]


def smooth_min(a: Array, b: Array, width: float) -> Array:
    """Union of two distances (or the nearer of two depths) with a rounded seam."""
    h = np.clip(0.5 + (b - a) * (0.5 / width), 0, 1)
    joined: Array = b + (a - b) * h - width * h * (1 - h)
    return joined


def smooth_max(a: Array, b: Array, width: float) -> Array:
    """Intersection of two distances (or the deeper of two depths) with a rounded seam."""
    return -smooth_min(-a, -b, width)


def gradient(field: Array) -> tuple[Array, Array]:
    """Slopes along x and y per picture unit, by central differences."""
    scale = np.float32(field.shape[0] / 4)
    padded = np.pad(field, 1, mode="edge")
    dx = (padded[1:-1, 2:] - padded[1:-1, :-2]) * scale
    dy = (padded[2:, 1:-1] - padded[:-2, 1:-1]) * scale
    return dx, dy


def strokes(size: int, lines: Sequence[tuple[Sequence[Point], float]]) -> Array:
    """Antialiased thin lines, each as (points, width in picture units); [size, size] in 0..1."""
    canvas = Image.new("L", (2 * size, 2 * size))
    draw = ImageDraw.Draw(canvas)
    for points, width in lines:
        pixels = [((px + 1) * size, (py + 1) * size) for px, py in points]
        draw.line(pixels, fill=255, width=max(1, round(width * size)), joint="curve")
    return np.asarray(canvas.reduce(2), np.float32) / np.float32(255)
