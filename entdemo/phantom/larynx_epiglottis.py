"""The epiglottis in front of the larynx: a broad band, an omega, a far arch or a bright edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.larynx_inlet import Plane
from entdemo.phantom.larynx_parts import Palette, between
from entdemo.phantom.larynx_shape import View
from entdemo.phantom.layers import Layers, blend
from entdemo.phantom.shapes import bell, f32, smooth_max, smoothstep
from entdemo.phantom.tissue import noise, srgb, vessels

Array = NDArray[np.float32]
Kind = Literal["band", "omega", "arch", "edge", "none"]

KINDS: tuple[Kind, ...] = ("band", "omega", "arch", "edge", "none")
_SHARES = (0.37, 0.15, 0.13, 0.25, 0.1)


@dataclass(frozen=True)
class Plate:
    """The epiglottis in the plane of the picture, in disc radii.

    Attributes:
        kind: how it shows.
        rim: p of its rim on the midline.
        bend: how the rim runs to the sides, p gained per q squared.
        dip: how deep the middle of the rim is notched.
        skew: slant of the rim.
        half: half its width.
        thick: width of the rolled rim of an omega or arch.
        blur: width over which its outline fades, as it is out of focus.
        depth: distance of its rim, as a share of that of the cords.
    """

    kind: Kind
    rim: float
    bend: float
    dip: float
    skew: float
    half: float
    thick: float
    blur: float
    depth: float

    @property
    def long(self) -> float:
        """How far an omega or arch reaches back from its rim to its widest place."""
        return self.half * (0.55 if self.kind == "arch" else 1.0 + 0.5 * abs(self.bend))


def sample_plate(view: View, rng: np.random.Generator) -> Plate:
    """Draw an epiglottis that leaves at least the back three quarters of the glottis in view."""
    kind = KINDS[int(rng.choice(len(KINDS), p=_SHARES))]
    run = view.length * view.squash
    front = 0.5 * run - float(rng.uniform(-0.12, 0.2)) * run
    ahead = (-float(np.sin(view.turn)), float(np.cos(view.turn)))
    room = 1 - (view.centre[0] * ahead[0] + view.centre[1] * ahead[1])
    rim = front + float(rng.uniform(0.0, 0.25))
    if kind in ("band", "edge"):
        deepest = 0.9 if kind == "band" else 0.4
        rim = max(rim if kind == "band" else front, room - float(rng.uniform(0.08, deepest)))
    near = float(rng.uniform(0.0, 1.0))
    wide = float(rng.uniform(0.8, 1.7)) if kind in ("band", "edge") else 0.0
    half = wide or max(0.9 * view.length, float(rng.uniform(0.2, 0.62)))
    return Plate(
        kind=kind,
        rim=rim,
        bend=float(rng.uniform(-0.35, 0.3)),
        dip=float(rng.uniform(-0.12, 0.1)),
        skew=float(rng.normal(0, 0.2)),
        half=half,
        thick=float(rng.uniform(0.12, 0.32) if wide else half * rng.uniform(0.3, 0.65)),
        blur=0.015 + 0.09 * near**2,
        depth=float(rng.uniform(0.35, 0.8) if wide else rng.uniform(0.55, 0.9)),
    )


def draw_plate(
    layers: Layers,
    plane: Plane,
    plate: Plate,
    view: View,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """Lay the epiglottis over what is drawn."""
    if plate.kind == "none":
        return
    broad = plate.kind in ("band", "edge")
    edge = _band(plane, plate) if broad else _arch(plane, plate)
    mask = smoothstep(plate.blur, -plate.blur, edge)
    if not broad:  # its arms sink into the folds
        mask = mask * smoothstep(-1.6, -0.8, f32((plane.p - plate.rim) * (1 / plate.long)))
    inside = np.clip(-edge, 0, None)
    turned = np.clip(inside * (1 / plate.thick), 0, 1)
    roll = np.sqrt(np.clip(turned * (2 - turned), 0, 1))
    near = plate.depth - (0.12 * roll + (0.16 * np.clip(inside, 0, 1.2) if broad else 0.0))
    depth = f32(view.distance * np.maximum(near, 0.2))
    colour = _coat(plane, edge, palette, rng)
    shadow = smoothstep(float(rng.uniform(0.08, 0.3)), 0.0, edge) * (1 - mask)
    layers.dim(f32(shadow), float(rng.uniform(0.1, 0.6)))
    nearer = np.minimum(depth, layers.depth - np.float32(0.02))
    layers.cover(f32(mask), colour, f32(nearer), float(rng.uniform(0.1, 0.7)))


def _band(plane: Plane, plate: Plate) -> Array:
    """Signed distance of a broad leaf that comes in from the front."""
    q = plane.q
    rim = plate.rim + plate.bend * q * q + plate.skew * q
    rim = rim + plate.dip * bell(q, 0.3)
    aside = np.abs(q + 0.4 * plate.skew) - plate.half
    return f32(smooth_max(f32(rim - plane.p), f32(aside), 0.25))


def _arch(plane: Plane, plate: Plate) -> Array:
    """Signed distance of a rolled rim around the front of the inlet, open to the back."""
    long = plate.long
    middle = plate.rim - long + 0.5 * plate.thick
    q = f32(plane.q + plate.skew * (plane.p - plate.rim) * 0.5)
    ahead = f32((plane.p - middle) * (1 / long))
    pinch = 1 + float(3 * plate.dip) * smoothstep(0.3, -1.0, ahead)
    across, wide = q * pinch * (1 / plate.half), 0.5 * plate.thick
    ring = (np.sqrt(across * across + ahead * ahead) - 1) * 0.5 * (plate.half + long)
    return f32(np.abs(ring) - wide * (0.35 + 0.65 * smoothstep(-0.6, 0.9, ahead)))


def _coat(plane: Plane, edge: Array, palette: Palette, rng: np.random.Generator) -> Array:
    """Pale mucosa with fine vessels, palest along the rim."""
    body = between(palette.base, palette.pale, float(rng.uniform(0.3, 1.3)))
    rim = between(palette.rim, palette.pale, float(rng.uniform(0.0, 1.0)))
    colour = blend(body, rim, bell(f32(edge + 0.04), float(rng.uniform(0.06, 0.3))))
    net = vessels(plane.q, plane.p, rng, "medium" if rng.random() < 0.5 else "fine", 0.8)
    colour = blend(colour, palette.flush, f32(float(rng.uniform(0.0, 1.0)) * net))
    spots = smoothstep(0.6, 2.0, noise("cloud", plane.q, plane.p, rng, 1.2))
    return blend(colour, srgb(240, 205, 175), f32(float(rng.uniform(0.0, 0.4)) * spots))
