"""A scene in the making: surfaces are painted, raised and laid over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Facts
from entdemo.phantom.scene import Focus, Scene
from entdemo.phantom.shapes import f32, grid, lerp, mix

Array = NDArray[np.float32]


class Canvas:
    """Albedo [S, S, 3], depth and wetness [S, S] of the surfaces drawn so far, all float32."""

    def __init__(self, size: int, albedo: Array, depth: Array, wet: float) -> None:
        self.x, self.y = grid(size)
        self.albedo = albedo
        self.depth = depth
        self.wet = np.full_like(depth, wet)

    def paint(self, mask: Array, colour: Array | Sequence[float]) -> None:
        """Cover with a colour where ``mask`` is 1."""
        self.albedo = mix(self.albedo, colour, mask)

    def stain(self, mask: Array, factor: Sequence[float]) -> None:
        """Multiply the colour by ``factor`` where ``mask`` is 1: blood, shade, thin fluid."""
        self.albedo = self.albedo * mix((1.0, 1.0, 1.0), factor, mask)

    def lift(self, height: Array) -> None:
        """Bring the surface nearer by a fraction of its depth; negative pushes it away."""
        self.depth = f32(self.depth * (1 - height))

    def moisten(self, mask: Array, wet: float) -> None:
        """Set the wetness where ``mask`` is 1."""
        self.wet = lerp(self.wet, wet, mask)

    def cover(self, mask: Array, albedo: Array, depth: Array, wet: Array | float) -> None:
        """Lay another surface over what is drawn where ``mask`` is 1."""
        self.albedo = mix(self.albedo, albedo, mask)
        self.depth = lerp(self.depth, depth, mask)
        self.wet = lerp(self.wet, wet, mask)

    def scene(self, facts: Facts, focus: Focus | None = None) -> Scene:
        """The finished scene."""
        return Scene(
            albedo=f32(np.clip(self.albedo, 0, 3)),
            depth=f32(np.clip(self.depth, 0.1, 7)),
            wet=f32(np.clip(self.wet, 0, 1)),
            facts=facts,
            focus=focus,
        )
