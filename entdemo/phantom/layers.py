"""A larynx or throat in the making: colour, depth and wetness that parts are laid onto.

Colour is kept as three planes here, since numpy blends planes about ten times faster than
interleaved pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.phantom.facts import Facts
from entdemo.phantom.scene import Focus, Scene
from entdemo.phantom.shapes import f32, smoothstep
from entdemo.phantom.tissue import noise, vessels

Array = NDArray[np.float32]
Tone = Array | Sequence[float]

NEAREST = 0.3
DEEPEST = 5.0


def planes(colour: Tone) -> Array:
    """A colour as planes that broadcast: [3, 1, 1] from three numbers, [3, S, S] as it is."""
    values = np.asarray(colour, np.float32)
    return values[:, None, None] if values.ndim == 1 else values


def blend(a: Tone, b: Tone, weight: Array) -> Array:
    """Planes [3, S, S]: ``a`` where weight [S, S] is 0, ``b`` where it is 1."""
    first, second = planes(a), planes(b)
    return f32(first + (second - first) * weight)


def swell(size: int, rng: np.random.Generator, cells: int) -> Array:
    """A very smooth random field [S, S] of deviation about 1, with ``cells`` waves a side.

    Interpolated from a coarse grid, so that relief and warps made of it show no steps however
    near the scope is.
    """
    coarse = Image.fromarray(rng.standard_normal((cells + 2, cells + 2)).astype(np.float32))
    smooth = coarse.resize((size, size), Image.Resampling.BICUBIC, box=(1, 1, cells + 1, cells + 1))
    return np.asarray(smooth, np.float32) * np.float32(1.3)


@dataclass
class Layers:
    """Arrays that parts change in turn.

    Attributes:
        albedo: [3, S, S] linear RGB planes.
        depth: [S, S] distance from the tip in disc radii.
        wet: [S, S] strength of highlights, 0..1.
    """

    albedo: Array
    depth: Array
    wet: Array

    @classmethod
    def wall(cls, size: int, colour: Sequence[float], depth: float, wet: float) -> Layers:
        """A flat wall of one colour."""
        return cls(
            albedo=np.broadcast_to(planes(colour), (3, size, size)),
            depth=np.full((size, size), depth, np.float32),
            wet=np.full((size, size), wet, np.float32),
        )

    def paint(self, colour: Tone, mask: Array) -> None:
        """Blend a colour over the albedo where ``mask`` is 1."""
        self.albedo = blend(self.albedo, colour, mask)

    def dim(self, mask: Array, strength: float) -> None:
        """Darken where ``mask`` is 1, as light hardly enters creases and hollows."""
        self.albedo = self.albedo * (1 - np.float32(strength) * mask)

    def raise_by(self, height: Array) -> None:
        """Bring the surface nearer to the scope by ``height`` disc radii."""
        self.depth = self.depth - height

    def cover(self, mask: Array, colour: Tone, depth: Array, wet: float) -> None:
        """Put an opaque body with its own colour, depth and wetness in front."""
        self.paint(colour, mask)
        self.depth = self.depth + (depth - self.depth) * mask
        self.moisten(mask, wet)

    def moisten(self, mask: Array, wet: float) -> None:
        """Move the wetness towards ``wet`` where ``mask`` is 1."""
        self.wet = self.wet + (np.float32(wet) - self.wet) * mask

    def scene(self, facts: Facts, focus: Focus | None = None) -> Scene:
        """The finished scene; near surfaces are pressed softly behind the nearest depth."""
        over = self.depth - np.float32(NEAREST + 0.12)
        depth = NEAREST + 0.5 * (over + np.sqrt(over * over + np.float32(0.06)))
        return Scene(
            albedo=np.ascontiguousarray(np.clip(self.albedo, 0, 1).transpose(1, 2, 0)),
            depth=f32(np.minimum(depth, DEEPEST)),
            wet=f32(np.clip(self.wet, 0, 1)),
            facts=facts,
            focus=focus,
        )


def mottle(
    layers: Layers,
    x: Array,
    y: Array,
    rng: np.random.Generator,
    flush: Sequence[float],
    pale: Sequence[float],
    blotches: float,
    scale: float,
) -> None:
    """Give everything red and pale patches and a fine grain, as mucosa has."""
    cloud = noise("cloud", x, y, rng, 0.5 * scale)
    layers.paint(flush, blotches * smoothstep(0.0, 1.8, cloud))
    layers.paint(pale, blotches * smoothstep(-0.2, -2.0, cloud))
    grain = np.clip(noise("grain", x, y, rng, scale), -2, 2)
    layers.albedo = layers.albedo * (1 + np.float32(rng.uniform(0.01, 0.06)) * grain)


def vein(
    layers: Layers,
    x: Array,
    y: Array,
    rng: np.random.Generator,
    strength: float,
    scale: float,
    tint: Sequence[float] = (0.68, 0.12, 0.1),
) -> None:
    """Lay a net of fine and medium vessels over everything, in patches."""
    net = vessels(x, y, rng, "medium", 0.6 * scale)
    net = np.maximum(net, 0.8 * vessels(x, y, rng, "fine", 0.8 * scale))
    net = np.clip(1.7 * net, 0, 1)
    patch = strength * smoothstep(-1.2, 0.8, noise("soft", x, y, rng, 0.6 * scale))
    layers.albedo = layers.albedo * (1 - net * patch * (1 - planes(tint)))
