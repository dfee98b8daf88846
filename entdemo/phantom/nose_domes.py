"""Soft bodies of the nose as a scope shows them: smooth mounds that are laid over each other.

A body is a height field on the picture, round towards its edge; where two meet, light fails. In
endoscopy of the nose, mounds and the dark clefts between them are nearly all there is to see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.canvas import Canvas
from entdemo.phantom.facts import Size
from entdemo.phantom.shapes import Point, f32, rotate, smoothstep
from entdemo.phantom.tissue import Coat, Colour, coat_albedo, noise, srgb, window

Array = NDArray[np.float32]

PINKS: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(232, 160, 150), srgb(212, 112, 106), srgb(244, 200, 190)),
    (srgb(228, 146, 130), srgb(205, 96, 84), srgb(240, 190, 174)),
    (srgb(238, 176, 162), srgb(222, 134, 120), srgb(246, 214, 202)),
    (srgb(228, 152, 154), srgb(206, 106, 116), srgb(240, 198, 198)),
    (srgb(220, 126, 116), srgb(192, 74, 68), srgb(234, 172, 160)),
    (srgb(230, 166, 138), srgb(208, 122, 94), srgb(240, 204, 180)),
    (srgb(228, 122, 122), srgb(204, 76, 84), srgb(238, 172, 172)),
    (srgb(230, 132, 142), srgb(206, 82, 100), srgb(240, 182, 190)),
    (srgb(224, 112, 96), srgb(200, 66, 56), srgb(236, 164, 146)),
)
"""Base, flushed and pale colours of healthy nasal mucosa under a scope's light."""

PALES: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(226, 198, 192), srgb(214, 172, 168), srgb(238, 222, 218)),
    (srgb(214, 192, 202), srgb(198, 164, 180), srgb(230, 218, 226)),
    (srgb(230, 206, 188), srgb(216, 178, 158), srgb(240, 226, 212)),
)
"""The same where the mucosa is pale: boggy, livid or sallow."""


_VISIBLE = 0.025
"""Share of the picture below which a finding would not be reported."""


def random_tint(rng: np.random.Generator) -> Colour:
    """Factors that set one body's mucosa apart: a little redder or paler than the next one's."""
    red, pale = rng.uniform(0.88, 1.05), rng.uniform(0.78, 1.08)
    return red, red * pale, red * pale * rng.uniform(0.94, 1.06)


def size_of(value: float, low: float, high: float) -> Size:
    """Small, medium or large, in thirds of a range."""
    step = (value - low) / (high - low)
    return "small" if step < 1 / 3 else "medium" if step < 2 / 3 else "large"


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
        coat = Coat(
            base,
            flush,
            pale,
            rng.uniform(0.2, 0.8),
            rng.uniform(0.0, 0.5),
            rng.uniform(0.02, 0.1),
            1.4,
        )
        self.coat = coat_albedo(self.x, self.y, rng, coat)
        self.lumps = window("soft", size, rng)
        self.canvas.albedo = self.coat
        self.shown: dict[str, Array] = {}

    def lay(
        self,
        distance: Array,
        form: Form,
        tint: Colour = (1.0, 1.0, 1.0),
        wet: float = 0.7,
        rough: float = 0.01,
        coat: Array | None = None,
        dome: Array | None = None,
        share: Array | None = None,
    ) -> Array:
        """Lay a body over what is drawn.

        Args:
            distance: [S, S] signed distance of its outline, negative inside.
            form: how it stands out.
            tint: factors on the mucosa's colour.
            wet: strength of highlights, 0..1.
            rough: height of its unevenness as a share of its depth.
            coat: [S, S, 3] linear RGB in place of the mucosa.
            dome: [S, S] height from 0 at its rim to 1 in place of an even dome.
            share: [S, S] how far it is there at all, 0..1, where it merges with what it grows from.

        Returns:
            [S, S] the body's mask, 0..1.
        """
        mask = smoothstep(form.soft, -form.soft, distance)
        shade = np.exp(np.minimum(distance, 0.0) * 8 - np.maximum(distance, 0) / form.shadow)
        if share is not None:
            mask = mask * share
            shade = shade * share
        if dome is None:
            inner = np.clip(distance * (-1 / form.turn), 0, 1)
            dome = f32((inner * (2 - inner)) ** np.float32(self.rng.uniform(0.5, 1.2)))
        depth = form.rim + (form.near - form.rim) * dome
        depth = depth * (1 + rough * self.lumps)
        uneven = smoothstep(-1.3, 1.6, self.lumps) * (1 - mask)
        strength = self.rng.uniform(0.4, 0.95)
        self.canvas.stain(f32(strength * shade * uneven), (0.22, 0.1, 0.09))
        surface = self.coat[::-1] if coat is None else coat
        if tint != (1.0, 1.0, 1.0):
            surface = surface * np.asarray(tint, np.float32)
        self.canvas.cover(mask, surface, f32(depth), wet)
        for shown in self.shown.values():
            shown *= 1 - mask
        return mask

    def egg(
        self,
        centre: Point,
        radii: Point,
        angle: float = 0.0,
        taper: float = 0.0,
        hangs: bool = False,
    ) -> Array:
        """Signed distance of an egg in units of its smaller radius.

        It narrows upwards by ``taper``; one that hangs has no upper end.
        """
        u, v = rotate(self.x - centre[0], self.y - centre[1], angle)
        v = v * (1 / radii[1])
        u = u * (1 / radii[0]) * (1 - taper * np.clip(v, -1.2, 1.2))
        below = np.maximum(v, 0) if hangs else v
        return f32((np.hypot(u, below) - 1) * min(radii))

    def show(self, finding: str, mask: Array) -> None:
        """Note where a finding is drawn; bodies that are laid over it hide it."""
        self.shown[finding] = np.maximum(self.shown.get(finding, 0.0), mask)

    def hidden(self) -> bool:
        """Whether a noted finding is so well hidden that nobody would report it."""
        return any(float(mask.mean()) < _VISIBLE for mask in self.shown.values())

    def glints(self, mask: Array, count: int) -> None:
        """Mirror the lamp in wet spots on a body: clusters of hard, broken highlights."""
        rng = self.rng
        inside = np.argwhere(mask[::4, ::4] > 0.6)
        if not len(inside):
            return
        film = noise("cloud", self.x, self.y, rng, rng.uniform(3.5, 8.0))
        near = np.zeros_like(mask)
        for row, column in inside[rng.integers(len(inside), size=count)] * 4:
            dx, dy = self.x - self.x[row, column], self.y - self.y[row, column]
            u, v = rotate(dx, dy, rng.normal(0, 0.5))
            wide = rng.uniform(0.015, 0.07)
            tall = wide * rng.uniform(0.8, 2.5)
            near = np.maximum(near, np.exp(-((u / wide) ** 2) - (v / tall) ** 2))
        level = f32(near + 0.22 * film)
        shine = smoothstep(0.75, 0.95, level)
        if rng.random() < 0.3:  # the lamp's outline on a thick film
            shine = f32(shine * smoothstep(1.25, 1.05, level))
        self.canvas.paint(f32(shine * mask), (2.6, 2.6, 2.7))

    def sprinkle(self) -> None:
        """Small hard highlights all over, as a wet, uneven surface has."""
        rng = self.rng
        spots = noise("soft", self.x, self.y, rng, rng.uniform(5.0, 10.0))
        film = noise("cloud", self.x, self.y, rng, rng.uniform(0.5, 1.5))
        level = rng.uniform(2.2, 3.2)
        shine = smoothstep(level, level + 0.4, f32(spots + 0.7 * film))
        self.canvas.paint(shine, (2.4, 2.4, 2.5))

    def wavy(self, amount: float) -> Array:
        """A slow random displacement for outlines, of deviation ``amount``."""
        return f32(amount * noise("soft", self.x, self.y, self.rng, 0.45))
