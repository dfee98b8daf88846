"""The nasopharynx, at the end of the nasal cavity: adenoid, choana, torus and what may grow there.

All is drawn as seen through the right side: the septum's hind edge is on the picture's right, the
torus and the opening of the Eustachian tube on its left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Observation
from entdemo.phantom.nose_domes import Domes, Form, random_tint, size_of
from entdemo.phantom.shapes import Point, bell, bezier, f32, smooth_max, smoothstep, strokes
from entdemo.phantom.tissue import Colour, noise, srgb

Array = NDArray[np.float32]

_TINTS: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(214, 124, 108), srgb(190, 76, 62), srgb(232, 172, 156)),
    (srgb(218, 140, 132), srgb(196, 92, 90), srgb(234, 184, 176)),
    (srgb(206, 106, 82), srgb(184, 62, 44), srgb(226, 156, 132)),
    (srgb(212, 128, 128), srgb(182, 78, 88), srgb(230, 176, 178)),
    (srgb(222, 152, 130), srgb(200, 104, 84), srgb(238, 192, 172)),
    (srgb(206, 92, 74), srgb(182, 48, 40), srgb(226, 146, 122)),
    (srgb(204, 104, 104), srgb(176, 58, 66), srgb(224, 156, 154)),
)


def _wall(domes: Domes) -> None:
    """The back wall: red, with upright folds, uneven and wet."""
    rng, canvas = domes.rng, domes.canvas
    canvas.depth = f32(rng.uniform(1.5, 2.4) + 0.35 * domes.y * domes.y + 0.3 * np.abs(domes.x))
    folds = noise("soft", f32(domes.x * 1.3), f32(domes.y * 0.8), rng, 1.0)
    canvas.lift(f32(rng.uniform(0.0, 0.03) * folds))
    canvas.moisten(np.ones_like(canvas.depth), rng.uniform(0.8, 1.0))


def _pebbles(domes: Domes, mask: Array, height: float) -> None:
    """Small lymphoid bumps, which break highlights up."""
    fine = noise("soft", domes.x, domes.y, domes.rng, domes.rng.uniform(2.0, 4.0))
    domes.canvas.lift(f32(height * fine * mask))


def _furrows(domes: Domes, mask: Array, height: float) -> None:
    """Soft lumps with shallow furrows between, darker where they are deep."""
    lumps = noise("fold", domes.x, domes.y, domes.rng, domes.rng.uniform(0.25, 0.7))
    domes.canvas.lift(f32(height * np.clip(lumps, -1.5, 1.5) * mask))
    domes.canvas.stain(f32(0.5 * smoothstep(-0.6, -1.3, lumps) * mask), (0.75, 0.5, 0.5))


def _lobes(
    domes: Domes, centre: Point, extent: Point, count: int, share: float
) -> tuple[Array, Array]:
    """Lobes in a heap: signed distance of its outline, and height 0..1 with creases between."""
    rng = domes.rng
    height = np.full_like(domes.x, -1.0)
    for index in range(count):
        place = (
            centre[0] + extent[0] * rng.uniform(-0.7, 0.7) * (index > 0),
            centre[1] + extent[1] * rng.uniform(-0.7, 0.7) * (index > 0),
        )
        radius = share * rng.uniform(0.7, 1.2)
        radii = (radius * extent[0], radius * extent[1] * rng.uniform(0.8, 1.3))
        lobe = domes.egg(place, radii, rng.uniform(-0.6, 0.6)) * (1 / min(radii))
        height = smooth_max(height, f32(1 - (1 + lobe) ** 2), 0.12)
    height = f32(height + domes.wavy(0.08))
    return f32(-0.5 * height * share * min(extent)), f32(np.clip(height, 0, 1) ** np.float32(0.65))


def _adenoid(domes: Domes) -> Observation:
    """A lobulated pad that hangs from the roof, furrowed, often cleft in the middle."""
    rng = domes.rng
    extent = rng.uniform(0.5, 1.1)
    centre = (rng.normal(-0.05, 0.12), rng.uniform(-0.7, -0.3))
    count = 1 if rng.random() < 0.3 else int(rng.integers(2, 6))
    share = 1.0 if count == 1 else rng.uniform(0.6, 0.9)
    distance, dome = _lobes(domes, centre, (extent, extent * rng.uniform(0.8, 1.1)), count, share)
    if rng.random() < 0.5:
        cleft = bell(f32(domes.x - centre[0] + domes.wavy(0.06)), rng.uniform(0.03, 0.09))
        dome = f32(dome * (1 - rng.uniform(0.1, 0.3) * cleft))
    near = rng.uniform(0.75, 1.2)
    form = Form(near, near * rng.uniform(1.2, 1.6), 1.0, rng.uniform(0.01, 0.05), 0.15)
    tint = (1.0, rng.uniform(0.85, 1.3), rng.uniform(0.85, 1.25))
    mask = domes.lay(distance, form, tint, rng.uniform(0.7, 1.0), 0.012, dome=dome)
    _furrows(domes, mask, rng.uniform(0.01, 0.05))
    _pebbles(domes, mask, rng.uniform(0.002, 0.01))
    domes.glints(mask, int(rng.integers(2, 9)))
    return Observation("adenoid", None, size_of(extent, 0.5, 1.1))


_SLOUGHS = (srgb(226, 214, 178), srgb(212, 200, 170), srgb(228, 222, 206))


def _mass(domes: Domes) -> Observation:
    """An irregular, fleshy growth with slough and fresh blood on it."""
    rng = domes.rng
    extent = rng.uniform(0.45, 1.0)
    centre = (rng.uniform(-0.5, 0.15), rng.uniform(-0.45, 0.2))
    count = int(rng.integers(4, 10))
    distance, dome = _lobes(domes, centre, (extent, extent), count, rng.uniform(0.45, 0.75))
    near = rng.uniform(0.75, 1.2)
    form = Form(near, near * rng.uniform(1.3, 1.8), 1.0, rng.uniform(0.02, 0.07), 0.12)
    tint = (1.0, rng.uniform(0.7, 1.1), rng.uniform(0.7, 1.1))
    mask = domes.lay(distance, form, tint, 1.0, 0.025, dome=dome)
    _furrows(domes, mask, rng.uniform(0.01, 0.06))
    _pebbles(domes, mask, rng.uniform(0.002, 0.012))
    domes.glints(mask, int(rng.integers(2, 9)))
    cloud = noise("cloud", domes.x, domes.y, rng, 1.2)
    blood = smoothstep(0.4, 1.8, cloud) * rng.uniform(0.0, 0.8)
    domes.canvas.stain(f32(blood * mask), (0.6, 0.12, 0.12))
    slough = smoothstep(-0.6, -2.2, cloud) * rng.uniform(0.0, 0.8)
    domes.canvas.paint(f32(slough * mask), _SLOUGHS[int(rng.integers(len(_SLOUGHS)))])
    return Observation("mass", None, size_of(extent, 0.45, 1.0))


def _torus(domes: Domes) -> None:
    """The torus, a smooth fold on the left, with the tube's opening; maybe the other one, too."""
    rng = domes.rng
    if rng.random() < 0.4:
        _fold(domes, (rng.uniform(0.45, 0.75), rng.uniform(-0.2, 0.3)), 0.3)
    centre = (-rng.uniform(0.45, 0.85), rng.uniform(-0.15, 0.3))
    half = _fold(domes, centre, -0.2)
    if rng.random() < 0.6:
        _tube_opening(domes, (centre[0] - 0.5 * half, centre[1] + rng.uniform(-0.1, 0.2)))


def _fold(domes: Domes, centre: Point, lean: float) -> float:
    """An upright fold of the side wall; gives its half-width."""
    rng = domes.rng
    radii = (rng.uniform(0.16, 0.36), rng.uniform(0.4, 1.1))
    distance = domes.egg(centre, radii, lean + rng.normal(0, 0.2), rng.uniform(0.0, 0.3))
    near = rng.uniform(0.9, 1.5)
    soft = rng.uniform(0.015, 0.08)
    form = Form(near, near * rng.uniform(1.1, 1.4), radii[0], soft, 0.12)
    domes.lay(f32(distance + domes.wavy(0.05)), form, random_tint(rng), rng.uniform(0.7, 1.0))
    return radii[0]


def _tube_opening(domes: Domes, place: Point) -> None:
    """The Eustachian tube's opening: a soft, slanting pit."""
    rng = domes.rng
    radii = (rng.uniform(0.07, 0.14), rng.uniform(0.18, 0.34))
    pit = domes.egg(place, radii, rng.uniform(-0.6, 0.2), 0.3) + domes.wavy(0.03)
    depth = smoothstep(0.02, -0.1, f32(pit))
    domes.canvas.stain(f32(0.85 * depth), (0.35, 0.18, 0.17))
    domes.canvas.lift(f32(-0.2 * depth))


def _choana(domes: Domes) -> None:
    """What frames the nasopharynx: an opening, or septum, turbinate's tail and floor apart."""
    rng = domes.rng
    if rng.random() < 0.45:
        _opening(domes)
    else:
        _sill(domes)
    # the septum tells the side: it stays well within the picture, the lateral wall at its rim
    edge = rng.uniform(0.32, 0.74) + rng.normal(0, 0.12) * domes.y + 0.1 * domes.y**2
    near = rng.uniform(0.3, 0.7)
    turn, soft = rng.uniform(0.2, 0.6), rng.uniform(0.02, 0.08)
    form = Form(near, near * rng.uniform(1.3, 2.2), turn, soft, 0.12)
    domes.lay(f32(edge - domes.x + domes.wavy(0.02)), form, (1.1, 1.15, 1.15), 0.3)


def _opening(domes: Domes) -> None:
    """The choana as a rounded opening in nearer mucosa."""
    rng = domes.rng
    centre = (rng.normal(-0.05, 0.1), rng.uniform(-0.25, 0.05))
    radii = (rng.uniform(0.6, 0.85), rng.uniform(0.75, 1.1))
    distance = -domes.egg(centre, radii, rng.normal(0, 0.2), rng.uniform(-0.15, 0.15))
    near = rng.uniform(0.45, 0.8)
    turn, soft = rng.uniform(0.2, 0.5), rng.uniform(0.02, 0.07)
    form = Form(near, near * rng.uniform(1.3, 1.9), turn, soft, 0.15)
    domes.lay(f32(distance + domes.wavy(0.06)), form, random_tint(rng), rng.uniform(0.3, 0.8))


def _sill(domes: Domes) -> None:
    """The floor's hind edge below, and the lateral wall's on the left."""
    rng = domes.rng
    if rng.random() < 0.75:
        sill = rng.uniform(0.6, 0.95) - rng.uniform(-0.1, 0.35) * (domes.x + 0.1) ** 2
        near = rng.uniform(0.6, 1.2)
        turn, soft = rng.uniform(0.15, 0.4), rng.uniform(0.02, 0.08)
        form = Form(near, near * rng.uniform(1.1, 1.5), turn, soft, 0.1)
        domes.lay(f32(sill - domes.y + domes.wavy(0.05)), form, random_tint(rng), 0.8, 0.015)
    if rng.random() < 0.6:
        edge = -rng.uniform(0.7, 1.05) - rng.uniform(-0.1, 0.3) * domes.y**2
        near = rng.uniform(0.35, 0.9)
        turn, soft = rng.uniform(0.2, 0.5), rng.uniform(0.02, 0.08)
        form = Form(near, near * rng.uniform(1.3, 2.0), turn, soft, 0.12)
        domes.lay(f32(domes.x - edge + domes.wavy(0.05)), form, random_tint(rng), 0.5)


def draw_back(
    rng: np.random.Generator, size: int, chosen: tuple[str, ...]
) -> tuple[Domes, dict[str, Observation]]:
    """A nasopharynx with the chosen findings, and what is drawn of them."""
    domes = Domes(rng, size, _TINTS[int(rng.integers(len(_TINTS)))], 2.0)
    seen: dict[str, Observation] = {}
    _wall(domes)
    everywhere = np.ones_like(domes.x)
    _pebbles(domes, everywhere, rng.uniform(0.002, 0.01))
    domes.glints(everywhere, int(rng.integers(0, 8)))
    if rng.random() < 0.7:
        _torus(domes)
    if "adenoid" in chosen:
        seen["adenoid"] = _adenoid(domes)
    elif "mass" in chosen:
        seen["mass"] = _mass(domes)
    else:
        seen["nasopharynx"] = Observation("nasopharynx")
    if "discharge" in chosen:
        seen["discharge"] = _mucus(domes)
    _choana(domes)
    if rng.random() < 0.6:
        domes.sprinkle()
    return domes, seen


def _mucus(domes: Domes) -> Observation:
    """Secretion over the back wall, frothy in places."""
    rng = domes.rng
    cloud = noise("cloud", domes.x, f32(domes.y * 0.6), rng, 0.7)
    mask = f32(smoothstep(0.0, 1.9, cloud) * rng.uniform(0.5, 0.9))
    lines = []
    for _ in range(int(rng.integers(0, 5))):
        ends = rng.uniform(-0.8, 0.8, (3, 2)).tolist()
        lines.append((bezier([(px, py) for px, py in ends], 10), rng.uniform(0.01, 0.035)))
    if lines:
        mask = f32(np.maximum(mask, 0.6 * strokes(domes.size, lines)))
    domes.canvas.paint(mask, _SLOUGHS[int(rng.integers(len(_SLOUGHS)))])
    domes.canvas.lift(f32(0.03 * mask))
    domes.canvas.moisten(mask, 1.0)
    domes.show("discharge", mask)
    return Observation("discharge")
