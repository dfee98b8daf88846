"""A scene before light and lens: what anatomy modules draw and ``light`` shades."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Facts

Array = NDArray[np.float32]
Camera = Literal["rhinoscope", "pharyngoscope", "laryngoscope", "otoscope", "photograph"]


@dataclass(frozen=True)
class Focus:
    """The circle of a scene that its class is read from, in picture coordinates.

    Whoever holds the scope keeps that in view, sharp and lit; a frame without it has a class that
    nobody could name.
    """

    x: float
    y: float
    radius: float


@dataclass
class Scene:
    """Surfaces as the scope's tip sees them, on a square grid of side S.

    Picture coordinates run from -1 to 1, x to the right, y down; the endoscope's disc has
    radius 1. Normals come from ``depth``, so relief (folds, bumps, vessels' ridges) is drawn
    into it.

    Attributes:
        albedo: [S, S, 3] float32, linear RGB in 0..1; up to 3 where a surface mirrors the lamp.
        depth: [S, S] float32, distance from the tip in disc radii, about 0.1 (touching) to 5
            (lumen).
        wet: [S, S] float32 in 0..1, strength of specular highlights.
        facts: class and findings that are drawn.
        focus: what the class is read from; None where that is the whole scene.
        camera: what it is seen with; ``photograph`` is a camera before the open mouth.
    """

    albedo: Array
    depth: Array
    wet: Array
    facts: Facts
    focus: Focus | None = None
    camera: Camera = "rhinoscope"

    def mirrored(self, facts: Facts) -> Scene:
        """The scene seen in a mirror, with the facts that then hold."""
        focus = self.focus and replace(self.focus, x=-self.focus.x)
        return Scene(
            albedo=np.ascontiguousarray(self.albedo[:, ::-1]),
            depth=np.ascontiguousarray(self.depth[:, ::-1]),
            wet=np.ascontiguousarray(self.wet[:, ::-1]),
            facts=facts,
            focus=focus,
            camera=self.camera,
        )
