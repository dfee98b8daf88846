"""The larynx seen from high: walls of the pharynx, sinuses, folds and arytenoids.

Everything lies in the plane of the picture, in disc radii from the middle of the glottis: q runs
across it as u does, p along it, to the front where p > 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.phantom.larynx_parts import Palette, between
from entdemo.phantom.larynx_shape import Local, Shape, View
from entdemo.phantom.layers import Layers, blend, swell
from entdemo.phantom.shapes import bell, f32, rotate, sd_ellipse, smooth_max, smooth_min, smoothstep
from entdemo.phantom.tissue import noise, srgb

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Plane:
    """Coordinates of every pixel in disc radii from the middle of the glottis, [S, S] each."""

    q: Array
    p: Array


def plane_of(local: Local, view: View) -> Plane:
    """The plane of the picture, turned with the larynx."""
    run = view.length * view.squash
    return Plane(q=f32(local.u * view.length), p=f32((0.5 - local.v) * run))


@dataclass(frozen=True)
class Inlet:
    """Sizes of what surrounds the glottis, in disc radii; heights are shares of the distance.

    Attributes:
        half: half-width of the opening between the aryepiglottic folds.
        front, back: how far the body of the larynx reaches from the middle of the glottis.
        crest: height of the folds' crests above the cords.
        brim: width of the folds.
        narrow: how much narrower the opening is in front than behind.
        floor: share of the way to the folds that lies flat around the cords.
        lobes: height of the false cords.
        gate: how far the folds sink towards the front.
        trench: depth of the sinuses beside and behind the body.
        pits: depth of the piriform sinuses below the trench.
        wall: how far behind the glottis the posterior wall begins.
        wall_height, side_height: how near that wall and the side walls come.
        tongue: how near the base of the tongue comes in front.
        mounds: size of the arytenoids.
        mound_height: how high they stand.
        overhang: how far they lean over the back of the glottis.
    """

    half: float
    front: float
    back: float
    crest: float
    brim: float
    narrow: float
    floor: float
    lobes: float
    gate: float
    trench: float
    pits: float
    wall: float
    wall_height: float
    side_height: float
    tongue: float
    mounds: float
    mound_height: float
    overhang: float


def sample_inlet(view: View, shape: Shape, rng: np.random.Generator) -> Inlet:
    """Draw the surroundings; they look larger, and more of them is in view, from far."""
    run, closed = 0.5 * view.length * view.squash, shape.gap == 0
    wide = rng.uniform(0.85, 1.7) if closed else rng.uniform(0.75, 1.5)
    back = run + float(rng.uniform(-0.02, 0.1))
    brim, pitted = float(rng.uniform(0.1, 0.32)), rng.random() < 0.6
    return Inlet(
        half=float(np.clip(view.length * wide + 0.4 * shape.gap * view.length, 0.32, 0.85)),
        front=run + float(rng.uniform(0.0, 0.25)),
        back=back,
        crest=float(rng.uniform(0.12, 0.34)),
        brim=brim,
        narrow=float(rng.uniform(-0.5, 0.2) if closed else rng.uniform(-0.15, 0.4)),
        floor=float(rng.uniform(0.35, 0.8)),
        lobes=float(rng.uniform(0.0, 0.1)),
        gate=float(rng.uniform(0.0, 1.0)),
        trench=float(rng.uniform(0.05, 0.3) if pitted else rng.uniform(0.15, 0.9)),
        pits=float(rng.uniform(0.1, 0.5)) if pitted else 0.0,
        wall=back + brim + float(rng.uniform(0.1, 0.5)),
        wall_height=float(rng.uniform(-0.1, 0.6)),
        side_height=float(rng.uniform(-0.1, 0.3) if pitted else rng.uniform(-0.5, 0.3)),
        tongue=float(rng.uniform(0.0, 0.55)),
        mounds=float(np.clip(view.length * rng.uniform(0.24, 0.55), 0.09, 0.36)),
        mound_height=float(rng.uniform(0.0, 0.26)),
        overhang=float(rng.uniform(-0.05, 0.08)),
    )


def _body(plane: Plane, inlet: Inlet, wave: Array) -> tuple[Array, float]:
    """Level of the crest line's oval, 1 on it and 0 in its middle, and its mean radius."""
    middle, reach = 0.5 * (inlet.front - inlet.back), 0.5 * (inlet.front + inlet.back)
    along = (plane.p - middle) * (1 / reach)
    narrow = 1 + inlet.narrow * np.clip(along, -1, 1.5)
    across = plane.q * narrow * (1 / inlet.half)
    mean = 0.5 * (inlet.half + reach)
    return f32(np.sqrt(across * across + along * along) + 0.05 / mean * wave), mean


def raise_pharynx(
    layers: Layers,
    plane: Plane,
    inlet: Inlet,
    view: View,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """Walls of the pharynx, the trench before them and the body of the larynx within it."""
    size = plane.q.shape[0]
    wave = swell(size, rng, int(rng.integers(3, 7)))
    lumps = np.clip(swell(size, rng, int(rng.integers(7, 14))), -1.5, 2.5)
    level, mean = _body(plane, inlet, wave)
    ring = f32((level - 1) * mean)
    behind = smoothstep(inlet.wall, inlet.wall + 0.3, f32(-plane.p + 0.12 * plane.q**2))
    aside = smoothstep(inlet.half + 0.25, inlet.half + 0.8, np.abs(plane.q))
    ahead = smoothstep(inlet.front + 0.1, inlet.front + 0.6, plane.p)
    far = np.clip((-plane.p - inlet.wall) * 0.35, 0, 0.3)
    floor = -inlet.trench + (inlet.wall_height + inlet.trench + far) * behind
    floor = floor + (inlet.side_height + 0.5 * inlet.trench) * aside * (1 - behind)
    floor = floor + (inlet.tongue + inlet.trench) * ahead * (1 - behind)
    rough = float(rng.uniform(0.0, 0.06))
    floor = floor + 0.03 * wave + rough * lumps * np.maximum(behind, ahead)
    floor = floor + _creases(plane, rng) * smoothstep(0.0, 0.2, ring)
    lower = 1 - inlet.gate * smoothstep(0.0, inlet.front, plane.p)
    top = inlet.crest * (0.85 + 0.2 * np.clip(wave, -2, 2)) * lower
    crest = f32(top * smoothstep(inlet.floor, 1.0 + 0.3 * inlet.brim / mean, level))
    outer = _outline(plane, inlet, ring, rng)
    fall = smoothstep(0.5 * inlet.brim, 2.2 * inlet.brim, outer)
    crest = f32(crest - (top + inlet.trench) * fall)
    crest = f32(crest + _false_cords(plane, inlet, view, rng) * smoothstep(1.0, 0.8, level))
    height = smooth_max(f32(floor), crest, 0.06)
    height = smooth_max(height, _side_folds(plane, inlet, rng), 0.05)
    height = f32(height - _sinuses(plane, inlet, outer, rng))
    layers.raise_by(height * np.float32(view.distance * view.relief))
    outside = smoothstep(0.9 * inlet.brim, 1.8 * inlet.brim, outer)
    inside = smoothstep(1.05, 0.85, level)
    _colour(layers, f32(np.maximum(behind, ahead)), outside, inside, palette, rng)


def _outline(plane: Plane, inlet: Inlet, ring: Array, rng: np.random.Generator) -> Array:
    """Distance from the opening and from the back of the cricoid, as one soft body."""
    long = inlet.mounds * float(rng.uniform(0.8, 2.8))
    radii = (inlet.half * float(rng.uniform(0.4, 0.9)), long)
    behind = sd_ellipse(plane.q, plane.p, (0.0, -inlet.back - 0.8 * long), radii)
    return f32(smooth_min(ring, f32(np.maximum(behind, -0.1)), 0.25))


def _sinuses(plane: Plane, inlet: Inlet, outer: Array, rng: np.random.Generator) -> Array:
    """Depths of the piriform sinuses, in which cartilage bulges."""
    depth = np.zeros_like(outer)
    if inlet.pits == 0:
        return depth
    wave = swell(outer.shape[0], rng, int(rng.integers(3, 8)))
    for sign in (-1, 1):
        wide, long = float(rng.uniform(0.12, 0.28)), float(rng.uniform(0.12, 0.34))
        at = (sign * (inlet.half + inlet.brim + 0.8 * wide), float(rng.normal(-0.15, 0.12)))
        pit = sd_ellipse(plane.q, plane.p, at, (wide, long), sign * float(rng.normal(0.4, 0.4)))
        spot = (at[0] + float(rng.normal(0, 0.4)) * wide, at[1] + float(rng.normal(0, 0.4)) * long)
        bulge = np.clip(_mound(plane, spot, (0.5 * wide, 0.5 * long), 0.0), 0, 1)
        fall = smoothstep(float(rng.uniform(0.04, 0.2)), -0.8 * wide, f32(pit + 0.06 * wave))
        depth += fall * (1 - float(rng.uniform(0.0, 0.7)) * bulge)
    return f32(inlet.pits * depth * smoothstep(0.5 * inlet.brim, 1.5 * inlet.brim, outer))


def _creases(plane: Plane, rng: np.random.Generator) -> Array:
    """Heights of a few short folds and furrows that run anyhow over the walls."""
    height: Array = np.zeros_like(plane.q)
    for _ in range(int(rng.integers(2, 6))):
        turn = float(rng.uniform(0, np.pi))
        q0, p0 = float(rng.normal(0, 0.6)), float(rng.normal(0, 0.6))
        across, along = rotate(plane.q - q0, plane.p - p0, turn)
        bent = f32(across + float(rng.normal(0, 0.5)) * along * along)
        line = bell(bent, float(rng.uniform(0.03, 0.12)))
        height += float(rng.normal(0, 0.07)) * line * bell(along, float(rng.uniform(0.3, 0.9)))
    return height


def _side_folds(plane: Plane, inlet: Inlet, rng: np.random.Generator) -> Array:
    """Heights of the folds from the body to the side walls, and of the ridge down its back."""
    away = f32(np.abs(plane.q) - inlet.half)
    slant, thick = float(rng.normal(0.2, 0.4)), float(rng.uniform(0.06, 0.16))
    fold: Array = bell(f32(plane.p - inlet.front + 0.1 - slant * away), thick)
    fold = fold * smoothstep(-0.3, 0.05, away) * float(rng.uniform(0.2, 1.0)) * inlet.crest
    behind = f32(-plane.p - inlet.back)
    spread = float(rng.uniform(0.06, 0.2)) + 0.4 * np.clip(behind, 0, 0.3)
    ridge = bell(f32(plane.q / spread), 1.0)
    ridge = ridge * smoothstep(-0.15, 0.02, behind) * smoothstep(0.6, 0.1, behind)
    ridge = ridge * float(rng.uniform(0.0, 1.0)) * inlet.crest
    return f32(np.maximum(fold, ridge) * (1 + inlet.trench) - inlet.trench)


def _false_cords(plane: Plane, inlet: Inlet, view: View, rng: np.random.Generator) -> Array:
    """Heights of two lobes beside the cords, apart behind and together in front."""
    run, wide = 0.5 * view.length * view.squash, float(rng.uniform(0.5, 0.8)) * inlet.half
    lean, at = float(rng.uniform(0.0, 0.5)), float(rng.normal(0, 0.3)) * run
    lobes = [
        _mound(plane, (sign * wide, at), (0.55 * inlet.half, 1.3 * run), sign * lean)
        for sign in (-1, 1)
    ]
    return f32(inlet.lobes * np.clip(np.maximum(*lobes), 0, 1))


def _colour(
    layers: Layers,
    walls: Array,
    outside: Array,
    inside: Array,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """Walls, sinuses and vestibule each in a tint of their own; the vestibule is often tan."""
    wall = between(palette.base, palette.pale, float(rng.uniform(-0.2, 0.9)))
    layers.paint(wall, f32(0.6 * walls))
    tan = between(srgb(202, 154, 116), srgb(172, 104, 82), rng.random())
    vestibule = between(tan, palette.pale, float(rng.uniform(0.0, 0.7)))
    layers.paint(vestibule, f32(float(rng.uniform(0.2, 0.85)) * inside))
    sinus = between(palette.base, palette.flush, float(rng.uniform(0.0, 1.0)))
    layers.paint(sinus, f32(float(rng.uniform(0.1, 0.7)) * outside * (1 - walls)))


def _mound(plane: Plane, at: tuple[float, float], radii: tuple[float, float], turn: float) -> Array:
    """A round top of height 1 that falls through 0 at its radii, down to -1."""
    across, along = rotate(plane.q - at[0], plane.p - at[1], turn)
    across, along = across * (1 / radii[0]), along * (1 / radii[1])
    return f32(np.maximum(1 - across * across - along * along, -1))


def raise_mounds(
    layers: Layers,
    plane: Plane,
    inlet: Inlet,
    shape: Shape,
    view: View,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """Arytenoids with their tubercles, which lean over the back of the glottis."""
    size, apart = inlet.mounds, 0.0 if shape.lens else shape.gap * view.length
    spread = 0.75 * apart + size * float(rng.uniform(0.5, 0.95))
    long = float(rng.uniform(0.8, 1.7))
    at = -0.5 * view.length * view.squash - 0.8 * size * long + inlet.overhang * view.length
    tops = np.full_like(plane.q, -1)
    wedge, out = float(rng.uniform(-0.3, 0.8)), float(rng.uniform(1.3, 2.2))
    lean = float(rng.uniform(0.0, 0.7))
    for sign in (-1, 1):
        uneven = float(rng.uniform(0.85, 1.15))
        main = _mound(plane, (sign * spread, at), (size * uneven, size * long), -sign * lean)
        place = (sign * (spread + out * size), at + float(rng.uniform(0.2, 1.2)) * size)
        side = _mound(plane, place, (0.9 * size, 0.8 * size), sign * lean) - (1 - wedge)
        tops = smooth_max(tops, smooth_max(main, side, 0.9), 0.5)
    bridge = _mound(plane, (0.0, at - 0.5 * size), (spread + 0.5 * size, size * long), 0.0)
    tops = f32(smooth_max(tops, f32(bridge - float(rng.uniform(0.2, 0.8))), 0.4))
    run = view.length * view.squash
    tops = f32(tops - 2 * smoothstep(-0.42 * run, -0.2 * run, plane.p))  # the gap stays in view
    rise = 0.4 * inlet.crest + inlet.mound_height * (tops - 0.2)
    depth = f32(view.distance * (1 - view.relief * rise))
    seam = view.distance * (0.01 + inlet.mound_height * float(rng.uniform(0.2, 0.8)))
    mask = smoothstep(-0.5 * seam, seam, f32(layers.depth - depth))
    mask = f32(mask * smoothstep(-0.9, -0.3, tops))
    tone = between(palette.base, palette.pale, float(rng.uniform(-0.3, 0.9)))
    colour = blend(layers.albedo, tone, np.full_like(mask, 0.6))
    colour = blend(colour, tone, smoothstep(1.2 * view.distance, 1.4 * view.distance, layers.depth))
    joined = f32(smooth_min(layers.depth, depth, seam))
    layers.cover(mask, colour, joined, float(rng.uniform(0.2, 0.9)))
    cleft = bell(plane.q, 0.012 + 0.1 * apart) * smoothstep(at + size, at, plane.p)
    layers.dim(f32(cleft * mask), float(rng.uniform(0.0, 0.45)))


def shade_hollows(layers: Layers, view: View, rng: np.random.Generator) -> None:
    """Darken what lies below its surroundings: little light finds its way in there."""
    size = layers.depth.shape[0]
    depth = np.minimum(layers.depth, np.float32(1.5 * view.distance))
    strength = float(rng.uniform(1.0, 3.2))
    for cells, share in ((5, 0.6), (12, 0.8)):
        coarse = Image.fromarray(depth).resize((cells, cells), Image.Resampling.BOX)
        around = np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC))
        below = np.clip((depth - around) * (1 / view.distance), 0, 0.5)
        layers.albedo = layers.albedo / (1 + np.float32(7 * strength * share) * below)


def pool_mucus(
    layers: Layers, plane: Plane, inlet: Inlet, view: View, rng: np.random.Generator
) -> None:
    """Frothy mucus that collects in the piriform sinuses, and strands of it to the walls."""
    cream = between(srgb(236, 228, 216), srgb(226, 206, 160), rng.random())
    for sign in (-1, 1):
        if rng.random() < 0.35:
            continue
        place = (sign * (inlet.half + float(rng.uniform(0.1, 0.3))), float(rng.normal(-0.15, 0.15)))
        radii = (float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.06, 0.16)))
        edge = f32(sd_ellipse(plane.q, plane.p, place, radii))
        froth = noise("cloud", plane.q, plane.p, rng, 3.0)
        mask = smoothstep(0.03, -0.03, f32(edge + 0.03 * froth))
        tone = blend(cream, layers.albedo, np.full_like(edge, 0.4))
        layers.cover(f32(0.7 * mask), tone, f32(layers.depth - 0.03 * view.distance * mask), 1.0)
