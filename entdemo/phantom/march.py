"""Sphere tracing: what a scope in a small three-dimensional model sees.

World coordinates: x to the picture's right, y down, z into the patient; the tip is near the
origin. A model is a function from points to the distances of its parts, positive in free space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.phantom.shapes import Point, f32, grid

Array = NDArray[np.float32]
Parts = Callable[[Array, Array, Array], list[Array]]
"""From x, y, z [N, N] to one distance field [N, N] for each part of the model."""

_FOCAL = 1.2
_STEPS = 20
_FARTHEST = 7.0
_FILLET = 0.06  # how far corners are rounded


@dataclass(frozen=True)
class Camera:
    """The tip's place in the world, its turn (yaw to the right, pitch down) and roll, radians."""

    place: tuple[float, float, float]
    yaw: float
    pitch: float
    roll: float

    def axes(self) -> NDArray[np.float64]:
        """Rows: the picture's right, down and forward in world coordinates."""
        cy, sy = np.cos(self.yaw), np.sin(self.yaw)
        cp, sp = np.cos(self.pitch), np.sin(self.pitch)
        cr, sr = np.cos(self.roll), np.sin(self.roll)
        forward = np.array([sy * cp, sp, cy * cp])
        right = np.array([cy, 0.0, -sy])
        down = np.cross(forward, right)
        return np.stack([right * cr + down * sr, down * cr - right * sr, forward])

    def project(self, point: tuple[float, float, float]) -> Point:
        """Picture coordinates of a world point in front of the tip."""
        a, b, c = self.axes() @ (np.asarray(point) - np.asarray(self.place))
        c = max(float(c), 0.05)
        return _FOCAL * float(a) / c, _FOCAL * float(b) / c


@dataclass(frozen=True)
class Hits:
    """Where the rays end, all [S, S] float32: world points, depth, and each part's share."""

    x: Array
    y: Array
    z: Array
    depth: Array
    shares: list[Array]


def enlarge(field: Array, size: int) -> Array:
    """Resample a scalar field to [size, size]."""
    picture = Image.fromarray(field)
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC), np.float32)


def trace(parts: Parts, camera: Camera, size: int, coarse: int) -> Hits:
    """Trace a [coarse, coarse] grid of rays and enlarge what they hit to [size, size].

    ``shares`` are soft memberships that sum to 1, so that colours blend where parts meet.
    """
    px, py = grid(coarse)
    axes = camera.axes().astype(np.float32)
    ray = axes[0] * px[..., None] + axes[1] * py[..., None] + axes[2] * np.float32(_FOCAL)
    ray = f32(ray / np.linalg.norm(ray, axis=-1, keepdims=True))
    dx, dy, dz = (np.ascontiguousarray(ray[..., axis]) for axis in range(3))
    ox, oy, oz = (np.float32(value) for value in camera.place)
    length = np.full_like(px, 0.04)
    for _ in range(_STEPS):
        fields = parts(ox + dx * length, oy + dy * length, oz + dz * length)
        length += np.clip(0.9 * _joined(fields), -0.05, 0.8)
    length = f32(np.clip(length, 0.05, _FARTHEST))
    x, y, z = f32(ox + dx * length), f32(oy + dy * length), f32(oz + dz * length)
    fields = parts(x, y, z)
    depth = f32(length * (ray @ axes[2]))
    return Hits(
        x=enlarge(x, size),
        y=enlarge(y, size),
        z=enlarge(z, size),
        depth=enlarge(depth, size),
        shares=[enlarge(share, size) for share in _shares(fields)],
    )


def _joined(fields: list[Array]) -> Array:
    """The nearest part's distance, with corners between parts filled in softly."""
    nearest = np.minimum.reduce(fields)
    total = np.zeros_like(nearest)
    for field in fields:
        total += np.exp(np.maximum((nearest - field) * (1 / _FILLET), -20))
    return f32(nearest - _FILLET * np.log(total))


def _shares(fields: list[Array]) -> list[Array]:
    nearest = np.minimum.reduce(fields)
    weights = [np.exp((nearest - field) * np.float32(40)) for field in fields]
    total = np.add.reduce(weights)
    return [f32(weight / total) for weight in weights]


def tube(
    x: Array,
    y: Array,
    z: Array,
    centre: Point,
    radii: Point,
    ends: tuple[float, float],
    taper: float = 1.0,
) -> Array:
    """Distance of an elliptic tube along z; its near end is rounded, drawn out by ``taper``."""
    thin = min(radii)
    a, b = (x - centre[0]) * (1 / radii[0]), (y - centre[1]) * (1 / radii[1])
    c = (np.maximum(ends[0] - z, 0) * (1 / taper) + np.maximum(z - ends[1], 0)) * (1 / thin)
    return f32((np.sqrt(a * a + b * b + c * c) - 1) * thin)


def ball(
    x: Array,
    y: Array,
    z: Array,
    centre: tuple[float, float, float],
    radii: tuple[float, float, float],
) -> Array:
    """Distance of an ellipsoid."""
    a = (x - centre[0]) * (1 / radii[0])
    b = (y - centre[1]) * (1 / radii[1])
    c = (z - centre[2]) * (1 / radii[2])
    return f32((np.sqrt(a * a + b * b + c * c) - 1) * min(radii))
