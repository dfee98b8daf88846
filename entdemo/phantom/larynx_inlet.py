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
from entdemo.phantom.shapes import bell, f32, sd_ellipse, smooth_max, smoothstep
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
        half: half-width between the crests of the aryepiglottic folds.
        front, back: how far the body of the larynx reaches from the middle of the glottis.
        crest: height of the folds' crests above the cords.
        brim: width of the folds.
        narrow: how much narrower the body is in front than behind.
        floor: share of the way to the crests that lies flat around the cords.
        trench: depth of the sinuses beside and behind the body.
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
    trench: float
    wall: float
    wall_height: float
    side_height: float
    tongue: float
    mounds: float
    mound_height: float
    overhang: float


def sample_inlet(view: View, shape: Shape, rng: np.random.Generator) -> Inlet:
    """Draw the surroundings; they look larger, and more of them is in view, from far."""
    run = 0.5 * view.length * view.squash
    half = float(np.clip(view.length * rng.uniform(0.95, 1.9) + 0.4 * shape.gap, 0.36, 1.1))
    back = run + float(rng.uniform(0.0, 0.12))
    return Inlet(
        half=half,
        front=run + float(rng.uniform(0.02, 0.3)),
        back=back,
        crest=float(rng.uniform(0.12, 0.34)),
        brim=float(rng.uniform(0.1, 0.24)),
        narrow=float(rng.uniform(-0.1, 0.4)),
        floor=float(rng.uniform(0.1, 0.6)),
        trench=float(rng.uniform(0.02, 0.3)),
        wall=back + float(rng.uniform(0.2, 0.6)),
        wall_height=float(rng.uniform(0.1, 0.6)),
        side_height=float(rng.uniform(-0.15, 0.35)),
        tongue=float(rng.uniform(0.0, 0.55)),
        mounds=float(np.clip(view.length * rng.uniform(0.26, 0.46), 0.09, 0.24)),
        mound_height=float(rng.uniform(0.08, 0.26)),
        overhang=float(rng.uniform(-0.03, 0.1)),
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
    rough = float(rng.uniform(0.0, 0.03))
    floor = floor + 0.03 * wave + rough * lumps * np.maximum(behind, ahead)
    within = inlet.crest * smoothstep(inlet.floor, 1.0, level)
    crest = within - (inlet.crest + inlet.trench) * smoothstep(0.0, 1.6 * inlet.brim, ring)
    height = f32(smooth_max(f32(floor), f32(crest), 0.06))
    layers.raise_by(height * np.float32(view.distance * view.relief))
    outside = smoothstep(0.0, 0.15, ring)
    _colour(layers, f32(np.maximum(behind, ahead)), f32(outside), palette, rng)


def _colour(
    layers: Layers, walls: Array, outside: Array, palette: Palette, rng: np.random.Generator
) -> None:
    """Walls, sinuses and vestibule each in a tint of their own."""
    wall = between(palette.base, palette.pale, float(rng.uniform(-0.2, 0.9)))
    layers.paint(wall, f32(0.8 * walls))
    vestibule = between(palette.pale, palette.rim, float(rng.uniform(0.0, 1.0)))
    layers.paint(vestibule, f32(float(rng.uniform(0.0, 0.6)) * (1 - outside)))
    sinus = between(palette.base, palette.flush, float(rng.uniform(0.0, 1.0)))
    layers.paint(sinus, f32(float(rng.uniform(0.1, 0.7)) * outside * (1 - walls)))


def _mound(plane: Plane, at: tuple[float, float], radii: tuple[float, float], turn: float) -> Array:
    """A full round top of height 1 that falls to 0 at its rim."""
    edge = sd_ellipse(plane.q, plane.p, at, radii, turn)
    return smoothstep(0.0, -min(radii), f32(edge)) ** np.float32(0.6)


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
    spread = 0.75 * apart + size * float(rng.uniform(0.55, 1.0))
    at = -0.5 * view.length * view.squash - 0.6 * size + inlet.overhang * view.length
    tops = np.zeros_like(plane.q)
    long = float(rng.uniform(0.8, 1.6))
    wedge, out = float(rng.uniform(0.0, 0.9)), float(rng.uniform(1.2, 2.0))
    for sign in (-1, 1):
        uneven = float(rng.uniform(0.9, 1.1))
        main = _mound(plane, (sign * spread, at), (size * uneven, size * long), sign * 0.4)
        place = (sign * (spread + out * size), at + float(rng.uniform(0.1, 0.9)) * size)
        side = _mound(plane, place, (0.8 * size, 0.7 * size), 0.0)
        tops = np.maximum(tops, np.maximum(main, wedge * side))
    bridge = _mound(plane, (0.0, at - 0.4 * size), (spread + 0.5 * size, 0.9 * size), 0.0)
    height = f32(np.maximum(tops, float(rng.uniform(0.3, 0.9)) * bridge))
    tone = between(palette.base, palette.pale, float(rng.uniform(-0.3, 0.9)))
    mask = smoothstep(0.0, 0.3, height)
    rise = 0.3 * inlet.crest + inlet.mound_height * height
    depth = f32(view.distance * (1 - view.relief * rise))
    colour = blend(layers.albedo, tone, np.full_like(mask, 0.7))
    layers.cover(mask, colour, f32(np.minimum(depth, layers.depth)), float(rng.uniform(0.3, 0.9)))
    cleft = bell(plane.q, 0.012 + 0.1 * apart) * smoothstep(at + size, at, plane.p)
    layers.dim(f32(cleft * height), float(rng.uniform(0.1, 0.5)))


def shade_hollows(layers: Layers, view: View, rng: np.random.Generator) -> None:
    """Darken what lies below its surroundings: little light finds its way in there."""
    size = layers.depth.shape[0]
    depth = np.minimum(layers.depth, np.float32(1.5 * view.distance))
    strength = float(rng.uniform(0.5, 1.4))
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
