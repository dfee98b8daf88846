"""How a throat is framed and built, and what is found in it.

Local coordinates: u to the right and v down, one unit about the width of the fauces from the
midline to the cheek; the patient faces the examiner, so the patient's right is at u < 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Observation, Side, Size
from entdemo.phantom.layers import swell
from entdemo.phantom.shapes import f32, grid, rotate
from entdemo.phantom.tissue import Colour, srgb

Array = NDArray[np.float32]
Scenery = Literal["mouth", "wall", "base"]

SCENERIES: tuple[Scenery, ...] = ("mouth", "wall", "base")
_WEIGHTS = (0.6, 0.1, 0.3)
_FINDINGS: dict[Scenery, tuple[str, ...]] = {
    "mouth": ("tonsils", "granules", "redness", "exudate", "uvula", "mucus"),
    "wall": ("granules", "redness", "mucus"),
    "base": ("redness", "mucus"),
}


@dataclass(frozen=True)
class Local:
    """Coordinates of every pixel: picture x, y and local u, v, each [S, S]."""

    x: Array
    y: Array
    u: Array
    v: Array
    soft: float


@dataclass(frozen=True)
class Throat:
    """Sizes of a throat in local units; index 0 is the patient's right, 1 the left.

    Attributes:
        scenery: through the mouth, close to the posterior wall, or at the base of the tongue.
        photograph: whether a camera before the mouth sees it, rather than an endoscope.
        scale: disc radii of one local unit.
        wall: depth of the posterior wall.
        fauces: half-axes of the anterior arch.
        inner: half-axes of the posterior arch as shares of the anterior one.
        tonsil: how far each tonsil reaches to the midline, 0 (hidden) to 1 (touching).
        uvula: length, radius and sideways lean; length 0 where it is out of view.
        tip: width of the uvula's tip as a share of its radius.
        bifid: whether the uvula has two tips.
        tongue: v of the tongue's back.
        blade: ``none``, ``metal`` or ``wood`` tongue depressor.
    """

    scenery: Scenery
    photograph: bool
    scale: float
    wall: float
    fauces: tuple[float, float]
    inner: tuple[float, float]
    tonsil: tuple[float, float]
    uvula: tuple[float, float, float]
    tip: float
    bifid: bool
    tongue: float
    blade: Literal["none", "metal", "wood"]


@dataclass(frozen=True)
class Palette:
    """Linear RGB colours of one throat."""

    base: Colour
    flush: Colour
    pale: Colour
    tongue: Colour


_PHOTOGRAPH_SHARE = 0.62
_FAR_SHARE = 0.2
_TINTS: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(206, 110, 98), srgb(168, 56, 52), srgb(226, 160, 144)),
    (srgb(184, 78, 66), srgb(140, 38, 36), srgb(212, 130, 108)),
    (srgb(216, 134, 108), srgb(192, 84, 66), srgb(238, 184, 150)),
    (srgb(198, 104, 108), srgb(158, 52, 66), srgb(222, 160, 158)),
    (srgb(186, 104, 122), srgb(150, 58, 82), srgb(214, 150, 164)),
    (srgb(176, 92, 104), srgb(140, 48, 62), srgb(204, 140, 146)),
)


def between(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies ``share`` of the way from ``a`` to ``b``."""
    red, green, blue = (float(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return red, green, blue


def sample_palette(red: bool, rng: np.random.Generator) -> Palette:
    """Colours between two usual tints, flushed where the throat is red."""
    first, second = rng.choice(len(_TINTS), 2)
    share = rng.random()
    base, flush, pale = (
        between(a, b, share) for a, b in zip(_TINTS[first], _TINTS[second], strict=True)
    )
    if red:
        base, pale = between(base, flush, 0.75), between(pale, flush, 0.5)
        flush = between(flush, srgb(140, 20, 24), 0.6)
    coated = between(srgb(226, 170, 158), srgb(222, 206, 200), rng.random())
    return Palette(base, flush, pale, between(base, coated, float(rng.uniform(0.3, 1.0))))


def sample_observations(rng: np.random.Generator) -> tuple[Scenery, tuple[Observation, ...]]:
    """A scenery and the findings in it: none in a third, sometimes two that go together."""
    scenery = SCENERIES[int(rng.choice(len(SCENERIES), p=_WEIGHTS))]
    if rng.random() < 0.33:
        return scenery, ()
    keys = [str(rng.choice(_FINDINGS[scenery]))]
    if rng.random() < 0.3:
        partners = {"tonsils": "redness", "exudate": "tonsils", "redness": "mucus"}
        second = partners.get(keys[0])
        keys += [second] if second in _FINDINGS[scenery] else []
    return scenery, tuple(_observe(key, rng) for key in keys)


def _observe(key: str, rng: np.random.Generator) -> Observation:
    one: Side = "left" if rng.random() < 0.5 else "right"
    if key == "tonsils":
        size: Size = "large" if rng.random() < 0.5 else "medium"
        return Observation(key, side="both" if rng.random() < 0.75 else one, size=size)
    if key == "exudate":
        return Observation(key, side="both" if rng.random() < 0.7 else one)
    return Observation(key)


def has_side(side: Side | None, right: bool) -> bool:
    """Whether a finding of ``side`` shows on the patient's right (or left)."""
    return side == "both" or side == ("right" if right else "left")


def _tonsil(right: bool, observations: tuple[Observation, ...], rng: np.random.Generator) -> float:
    reach = float(rng.uniform(0.05, 0.34))
    for seen in observations:
        if seen.key == "tonsils" and has_side(seen.side, right):
            low, high = (0.72, 0.97) if seen.size == "large" else (0.52, 0.72)
            return float(rng.uniform(low, high))
        if seen.key == "exudate" and has_side(seen.side, right):
            reach = float(rng.uniform(0.38, 0.5))
    return reach


def _uvula(swollen: bool, rng: np.random.Generator) -> tuple[float, float, float]:
    lean = float(rng.normal(0, 0.06))
    if swollen:
        return float(rng.uniform(0.45, 0.65)), float(rng.uniform(0.15, 0.21)), lean
    if rng.random() < 0.06:
        return 0.0, 0.06, lean
    return float(rng.uniform(0.22, 0.6)), float(rng.uniform(0.07, 0.13)), lean


def sample_throat(
    scenery: Scenery, observations: tuple[Observation, ...], rng: np.random.Generator
) -> Throat:
    """Draw a throat in which the findings hold."""
    sided = any(seen.side is not None for seen in observations)
    blade = rng.choice(("none", "metal", "wood"), p=(0.84, 0.08, 0.08))
    photograph = scenery == "mouth" and rng.random() < _PHOTOGRAPH_SHARE
    far = photograph and not sided and rng.random() < _FAR_SHARE
    behind = any(seen.key in ("tonsils", "exudate", "granules", "mucus") for seen in observations)
    return Throat(
        scenery=scenery,
        photograph=bool(photograph),
        scale=float(rng.uniform(0.5, 0.75) if far else rng.uniform(0.8, 1.35 if sided else 1.6)),
        wall=float(rng.uniform(1.5, 2.5)),
        fauces=(float(rng.uniform(0.55, 0.8)), float(rng.uniform(0.5, 0.85))),
        inner=(float(rng.uniform(0.72, 0.88)), float(rng.uniform(0.75, 0.92))),
        tonsil=(_tonsil(True, observations, rng), _tonsil(False, observations, rng)),
        uvula=_uvula(any(seen.key == "uvula" for seen in observations), rng),
        tip=float(rng.uniform(0.45, 0.95)),
        bifid=bool(rng.random() < 0.05),
        tongue=float(rng.uniform(0.35 if behind else 0.05, 0.7)),
        blade=blade,
    )


def local_grid(throat: Throat, size: int, rng: np.random.Generator) -> Local:
    """Local coordinates of a [size, size] picture, slightly tilted, shifted and warped."""
    x, y = grid(size)
    u, v = rotate(x - rng.normal(0, 0.12), y - rng.normal(0, 0.12), float(rng.normal(0, 0.12)))
    u, v = u * (1 / throat.scale), v * (1 / throat.scale)
    bend = float(rng.uniform(0.015, 0.035))
    u, v = u + bend * swell(size, rng, 5), v + bend * swell(size, rng, 5)
    return Local(x=x, y=y, u=f32(u), v=f32(v), soft=max(0.012, 1.6 / size / throat.scale))
