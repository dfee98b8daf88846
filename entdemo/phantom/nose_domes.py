"""Soft bodies of the nose as a scope shows them: smooth mounds that are laid over each other.

A body is a height field on the picture, round towards its edge; where two meet, light fails. In
endoscopy of the nose, mounds and the dark clefts between them are nearly all there is to see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.canvas import Canvas
from entdemo.phantom.shapes import Point, f32, rotate, smoothstep
from entdemo.phantom.tissue import Coat, Colour, coat_albedo, noise, srgb, window

Array = NDArray[np.float32]

PINKS: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(232, 172, 160), srgb(214, 128, 118), srgb(244, 208, 198)),
    (srgb(226, 158, 142), srgb(205, 108, 95), srgb(240, 198, 182)),
    (srgb(238, 188, 172), srgb(222, 150, 132), srgb(246, 220, 206)),
    (srgb(226, 164, 164), srgb(206, 120, 128), srgb(240, 206, 206)),
    (srgb(218, 136, 124), srgb(192, 84, 76), srgb(234, 180, 166)),
    (srgb(228, 178, 152), srgb(208, 136, 108), srgb(240, 212, 188)),
)
"""Base, flushed and pale colours of healthy nasal mucosa under a scope's light."""

PALES: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(226, 198, 192), srgb(214, 172, 168), srgb(238, 222, 218)),
    (srgb(214, 192, 202), srgb(198, 164, 180), srgb(230, 218, 226)),
    (srgb(230, 206, 188), srgb(216, 178, 158), srgb(240, 226, 212)),
)
"""The same where the mucosa is pale: boggy, livid or sallow."""


@dataclass(frozen=True)
class Form:
    """How a body stands out.

    Attributes:
        near: depth of its middle, in disc radii.
        rim: depth of its edge.
        turn: how far inside its edge it keeps turning away, in picture units.
        soft: half-width of its edge on the picture, more where it is out of focus.
        shadow: reach of the shade that it throws on what lies behind, in picture units.
    """

    near: float
    rim: float
    turn: float
    soft: float = 0.015
    shadow: float = 0.08


class Domes:
    """A nose in the making: a canvas, one coat of mucosa and bodies laid onto it."""

    def __init__(
        self,
        rng: np.random.Generator,
        size: int,
        tints: tuple[Colour, Colour, Colour],
        depth: float,
    ) -> None:
        self.rng, self.size = rng, size
        base, flush, pale = tints
        wall = np.full((size, size), depth, np.float32)
        self.canvas = Canvas(size, np.zeros((size, size, 3), np.float32), wall, 0.6)
        roll = float(np.clip(rng.normal(0, 0.15), -0.4, 0.4))
        self.x, self.y = rotate(self.canvas.x, self.canvas.y, roll)
        coat = Coat(base, flush, pale, rng.uniform(0.2, 0.8), rng.uniform(0.0, 0.45), 0.03, 1.4)
        self.coat = coat_albedo(self.x, self.y, rng, coat)
        self.lumps = window("soft", size, rng)
        self.canvas.albedo = self.coat

    def lay(
        self,
        distance: Array,
        form: Form,
        tint: Colour = (1.0, 1.0, 1.0),
        wet: float = 0.7,
        rough: float = 0.01,
        coat: Array | None = None,
    ) -> Array:
        """Lay a body over what is drawn.

        Args:
            distance: [S, S] signed distance of its outline, negative inside.
            form: how it stands out.
            tint: factors on the mucosa's colour.
            wet: strength of highlights, 0..1.
            rough: height of its unevenness as a share of its depth.
            coat: [S, S, 3] linear RGB in place of the mucosa.

        Returns:
            [S, S] the body's mask, 0..1.
        """
        mask = smoothstep(form.soft, -form.soft, distance)
        inner = np.clip(distance * (-1 / form.turn), 0, 1)
        dome = np.sqrt(np.clip(inner * (2 - inner), 0, 1))
        depth = form.rim + (form.near - form.rim) * dome
        depth = depth * (1 + rough * self.lumps)
        shade = np.exp(np.minimum(distance, 0.0) * 8 - np.maximum(distance, 0) / form.shadow)
        self.canvas.stain(f32(0.85 * shade * (1 - mask)), (0.22, 0.1, 0.09))
        surface = self.coat[::-1] if coat is None else coat
        if tint != (1.0, 1.0, 1.0):
            surface = surface * np.asarray(tint, np.float32)
        self.canvas.cover(mask, surface, f32(depth), wet)
        return mask

    def egg(self, centre: Point, radii: Point, angle: float = 0.0, taper: float = 0.0) -> Array:
        """Signed distance of an egg in units of its smaller radius; it narrows upwards."""
        u, v = rotate(self.x - centre[0], self.y - centre[1], angle)
        v = v * (1 / radii[1])
        u = u * (1 / radii[0]) * (1 - taper * np.clip(v, -1.5, 1.5))
        return f32((np.hypot(u, v) - 1) * min(radii))

    def wavy(self, amount: float) -> Array:
        """A slow random displacement for outlines, of deviation ``amount``."""
        return f32(amount * noise("soft", self.x, self.y, self.rng, 0.45))
