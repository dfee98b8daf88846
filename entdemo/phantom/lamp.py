"""Lamps of the instruments that scenes are seen through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entdemo.phantom.scene import Camera

Tint = tuple[float, float, float]


@dataclass(frozen=True)
class Lamp:
    """One setting of the light.

    Attributes:
        x, y: place of the fibre bundle beside the lens, in disc radii at depth 1.
        falloff: exponent of the fall with distance; 2 is physical, processors flatten it.
        aim_x, aim_y: where on the picture the beam points.
        beam: width of the beam; large is even light.
        gloss: strength of highlights.
        sharpness: exponent of highlights.
        bounce: light that reaches shadows from other walls.
        glow: how far dim places turn deep red, as light there has met several walls.
        key: metered percentile of brightness.
        target: linear value that percentile is exposed to; above 1 burns it out.
        tint: colour of the light, linear RGB.
        cast: a second colour that takes over along ``cast_angle``.
        cast_angle: direction of the second colour, radians.
        cast_weight: strength of the second colour, 0..1.
        haze: veiling glare of that colour on the same side, as a share of the target.
    """

    x: float
    y: float
    falloff: float
    aim_x: float
    aim_y: float
    beam: float
    gloss: float
    sharpness: float
    bounce: float
    glow: float
    key: float
    target: float
    tint: Tint
    cast: Tint
    cast_angle: float
    cast_weight: float
    haze: float


_TINTS = (
    (1.0, 0.98, 0.95),
    (1.04, 0.97, 0.88),
    (1.06, 0.95, 0.8),
    (0.98, 0.98, 1.06),
    (1.02, 0.94, 1.02),
)
_CASTS = ((1.0, 1.0, 1.0), (1.05, 1.0, 0.9), (0.9, 0.96, 1.12), (1.05, 1.08, 0.7), (1.0, 0.9, 0.95))
_DEEP_TINTS = ((1.15, 0.8, 0.45), (1.2, 0.72, 0.5), (1.1, 0.88, 0.6), (1.05, 0.7, 0.7))
_RIM_CASTS = (
    (0.62, 0.95, 1.35),
    (0.75, 0.92, 1.25),
    (0.85, 0.85, 1.2),
    (0.95, 1.1, 0.55),
    (1.0, 0.9, 0.85),
)
_FLASH_TINTS = (
    (1.0, 0.82, 1.0),
    (1.05, 0.86, 0.92),
    (0.95, 0.88, 1.2),
    (1.1, 0.9, 0.8),
    (1.0, 0.95, 0.95),
)


def _spread(low: float, high: float, rng: np.random.Generator) -> float:
    """A number between the two, uniform on a logarithmic scale."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _balanced(tint: Tint, rng: np.random.Generator) -> Tint:
    """The tint after a camera's imperfect white balance."""
    red, blue = np.exp(rng.normal(0, 0.07, 2))
    return tint[0] * float(red), tint[1], tint[2] * float(blue)


_EXPOSURES: dict[Camera, tuple[float, float]] = {
    "rhinoscope": (0.3, 0.95),
    "pharyngoscope": (0.14, 0.6),
    "laryngoscope": (0.14, 0.75),
    "otoscope": (0.35, 1.1),
}
"""Range of the metered brightness: passages are bright, wide spaces swallow the light."""


def tower_lamp(rng: np.random.Generator, exposure: tuple[float, float]) -> Lamp:
    """The lamp of a video tower: off-centre, near white, the nearest side burnt out."""
    angle = rng.uniform(0, 2 * np.pi)
    offset = rng.uniform(0.03, 0.25)
    aim = abs(rng.normal(0, 0.25)) if rng.random() < 0.7 else rng.uniform(0.3, 0.9)
    low, high = exposure if rng.random() < 0.85 else (0.12, 0.3)
    return Lamp(
        x=offset * float(np.cos(angle)),
        y=offset * float(np.sin(angle)),
        falloff=rng.uniform(0.9, 2.0),
        aim_x=aim * float(np.cos(angle)),
        aim_y=aim * float(np.sin(angle)),
        beam=rng.uniform(0.8, 1.8),
        gloss=float(rng.choice([0.2, 0.5, 1.0])) * rng.uniform(0.5, 1.3),
        sharpness=_spread(30, 450, rng),
        bounce=rng.uniform(0.05, 0.25),
        glow=rng.uniform(0.0, 0.5),
        key=rng.uniform(50, 85),
        target=_spread(low, high, rng),
        tint=_balanced(_TINTS[int(rng.integers(len(_TINTS)))], rng),
        cast=_CASTS[int(rng.integers(len(_CASTS)))],
        cast_angle=angle + rng.normal(0, 0.8),
        cast_weight=float(rng.choice([0.0, 0.3, 0.7])) * rng.uniform(0.4, 1.0),
        haze=max(0.0, rng.uniform(-0.4, 0.4)),
    )


def otoscope_lamp(rng: np.random.Generator) -> Lamp:
    """A cheap hand-held scope: dim, red in the depths, one side burnt out and cold."""
    angle = rng.normal(np.pi / 2, 0.6) if rng.random() < 0.65 else rng.uniform(0, 2 * np.pi)
    offset, aim = rng.uniform(0.05, 0.4), rng.uniform(0.3, 1.1)
    return Lamp(
        x=offset * float(np.cos(angle)),
        y=offset * float(np.sin(angle)),
        falloff=rng.uniform(0.7, 1.8),
        aim_x=aim * float(np.cos(angle)),
        aim_y=aim * float(np.sin(angle)),
        beam=rng.uniform(0.42, 0.95),
        gloss=float(rng.choice([0.2, 0.5, 1.0])) * rng.uniform(0.6, 1.4),
        sharpness=rng.uniform(30, 120),
        bounce=rng.uniform(0.05, 0.2),
        glow=rng.uniform(0.6, 1.0),
        key=rng.uniform(60, 92),
        target=rng.uniform(0.1, 0.4) if rng.random() < 0.65 else rng.uniform(0.4, 0.9),
        tint=_balanced(_DEEP_TINTS[int(rng.integers(len(_DEEP_TINTS)))], rng),
        cast=_RIM_CASTS[int(rng.integers(len(_RIM_CASTS)))],
        cast_angle=angle + rng.normal(0, 0.5),
        cast_weight=rng.uniform(0.3, 1.0),
        haze=rng.uniform(0.0, 1.1),
    )


def flash_lamp(rng: np.random.Generator) -> Lamp:
    """The flash of a telephone before the mouth: even, cold, with small hard highlights."""
    return Lamp(
        x=rng.normal(0, 0.3),
        y=rng.normal(0, 0.3),
        falloff=rng.uniform(0.8, 2.0),
        aim_x=rng.normal(0, 0.2),
        aim_y=rng.normal(0.1, 0.25),
        beam=rng.uniform(0.7, 1.8),
        gloss=_spread(0.3, 1.6, rng),
        sharpness=_spread(150, 900, rng),
        bounce=rng.uniform(0.03, 0.2),
        glow=rng.uniform(0.2, 0.9),
        key=rng.uniform(55, 85),
        target=_spread(0.1, 0.5, rng),
        tint=_balanced(_FLASH_TINTS[int(rng.integers(len(_FLASH_TINTS)))], rng),
        cast=(1.0, 1.0, 1.0),
        cast_angle=rng.uniform(0, 2 * np.pi),
        cast_weight=0.0,
        haze=0.0,
    )


def lamp_of(camera: Camera, rng: np.random.Generator) -> Lamp:
    """A lamp as the camera's kind carries it."""
    if camera == "photograph":
        return flash_lamp(rng)
    if camera == "otoscope" and rng.random() < 0.5:
        return otoscope_lamp(rng)
    return tower_lamp(rng, _EXPOSURES[camera])
