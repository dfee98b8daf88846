"""The nasal passage near the scope: turbinates, septum and lateral wall as soft mounds.

All is drawn for the right cavity: septum on the picture's right, lateral wall on its left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Observation, Place
from entdemo.phantom.nose_domes import PALES, PINKS, Domes, Form, random_tint, size_of
from entdemo.phantom.shapes import bell, f32, mix, smooth_max, smoothstep, strokes
from entdemo.phantom.tissue import noise, srgb, with_vessels

Array = NDArray[np.float32]


@dataclass
class Passage:
    """A passage in the making.

    Attributes:
        domes: the bodies drawn so far.
        chosen: keys of the findings to draw.
        seen: what is drawn of them.
        slit: x of the middle of the free space, of the picture.
    """

    domes: Domes
    chosen: tuple[str, ...]
    seen: dict[str, Observation]
    slit: float

    @property
    def rng(self) -> np.random.Generator:
        """The drawing's generator."""
        return self.domes.rng


def _deep(passage: Passage) -> None:
    """What lies behind everything: a dim red hollow, darkest along the slit."""
    domes, rng = passage.domes, passage.rng
    away = np.abs(domes.x - passage.slit - 0.15 * domes.y)
    hollow = smoothstep(0.5, 0.0, f32(away))
    domes.canvas.depth = f32(rng.uniform(1.9, 2.6) + rng.uniform(0.6, 2.2) * hollow)
    domes.canvas.stain(hollow, (0.5, 0.3, 0.28))


def _lateral(passage: Passage, reach: float) -> None:
    """The lateral wall's mound on the left; ``reach`` is the x of its edge at the middle."""
    domes, rng = passage.domes, passage.rng
    edge = reach + rng.normal(0, 0.18) * domes.y - rng.uniform(-0.3, 0.2) * domes.y**2
    distance = f32(domes.x - edge + domes.wavy(0.03))
    near = rng.uniform(0.3, 0.55) if rng.random() < 0.3 else rng.uniform(0.55, 1.2)
    turn, soft = rng.uniform(0.25, 0.8), rng.uniform(0.01, 0.1)
    form = Form(near, near * rng.uniform(1.25, 2.1), turn, soft)
    domes.lay(distance, form, random_tint(rng), rng.uniform(0.2, 0.7))


def _folds(passage: Passage, centre: tuple[float, float], radii: tuple[float, float]) -> None:
    """Folds of the lateral wall, which bend around the turbinate's head: uncinate, agger nasi."""
    domes, rng = passage.domes, passage.rng
    grown = rng.uniform(1.1, 1.4)
    for _ in range(int(rng.integers(1, 3))):
        around = domes.egg(
            (centre[0] + rng.uniform(-0.02, 0.08), centre[1] + rng.uniform(-0.1, 0.1)),
            (radii[0] * grown, radii[1] * grown),
            rng.normal(0, 0.12),
            rng.uniform(0.0, 0.35),
        )
        behind = f32(domes.x - centre[0] - rng.uniform(-0.15, 0.1))
        distance = f32(smooth_max(-around, behind, 0.08) + domes.wavy(0.025))
        near = rng.uniform(0.8, 1.4)
        form = Form(near, near * rng.uniform(1.1, 1.4), rng.uniform(0.1, 0.3), 0.025, 0.07)
        domes.lay(distance, form, random_tint(rng), rng.uniform(0.4, 0.9))
        grown *= rng.uniform(1.15, 1.5)


def _septum(
    passage: Passage, edge_x: float, slant: float = 0.0, depths: tuple[float, float] = (0.3, 0.75)
) -> None:
    """The septum on the right: near, smooth and often burnt out; with deviation or spur.

    Its edge runs through ``edge_x`` at the middle, ``slant`` more to the right per unit downwards;
    the depth of its middle is drawn between ``depths``.
    """
    domes, rng = passage.domes, passage.rng
    y = domes.y
    edge = edge_x + (slant + rng.normal(0, 0.16)) * y + rng.uniform(-0.12, 0.2) * y * y
    if "deviation" in passage.chosen:
        height, centre = rng.uniform(0.18, 0.5), rng.uniform(-0.4, 0.4)
        edge = edge - height * bell(f32(y - centre), rng.uniform(0.5, 0.9))
        place: Place = "anterior" if rng.random() < 0.7 else "posterior"
        passage.seen["deviation"] = Observation(
            "deviation", None, size_of(height, 0.18, 0.5), place
        )
    spur = 0.0
    if "spur" in passage.chosen:
        height, centre = rng.uniform(0.14, 0.4), rng.uniform(-0.15, 0.55)
        spur = height * np.exp(-np.abs(y - centre) * (1 / rng.uniform(0.09, 0.2)))
        edge = edge - spur
        place = "inferior" if centre > 0.25 else "central"
        passage.seen["spur"] = Observation("spur", None, size_of(height, 0.14, 0.4), place)
    distance = f32((edge - domes.x) * 0.95 + domes.wavy(0.02))
    near = rng.uniform(*depths)
    form = Form(near, near * rng.uniform(1.3, 2.4), rng.uniform(0.3, 0.9), rng.uniform(0.01, 0.1))
    pale = rng.uniform(0.95, 1.2)
    tint = (pale, pale * rng.uniform(0.95, 1.1), pale * rng.uniform(0.95, 1.1))
    mask = domes.lay(distance, form, tint, rng.uniform(0.1, 0.5), 0.008)
    if "spur" in passage.seen:
        crest = f32(mask * bell(f32(y - centre), 0.12) * smoothstep(-0.35, 0.0, distance))
        domes.canvas.paint(f32(0.5 * crest), srgb(240, 205, 185))
        domes.canvas.lift(f32(0.1 * crest))


def _turbinate(
    passage: Passage,
    centre: tuple[float, float],
    radii: tuple[float, float],
    near: float,
    slant: float = 0.0,
) -> Array:
    """An egg-shaped head of a turbinate, smooth or slightly mulberry."""
    domes, rng = passage.domes, passage.rng
    hangs = rng.random() < 0.5
    distance = domes.egg(centre, radii, rng.normal(0, 0.16) - slant, rng.uniform(0.0, 0.45), hangs)
    distance = f32(distance + domes.wavy(0.025))
    turn = min(radii) * rng.uniform(0.7, 1.0)
    form = Form(near, near * rng.uniform(1.25, 1.7), turn, rng.uniform(0.008, 0.025), 0.1)
    rough = 0.035 if rng.random() < 0.25 else rng.uniform(0.0, 0.014)
    mask = domes.lay(distance, form, random_tint(rng), rng.uniform(0.6, 1.0), rough)
    if rng.random() < 0.7:
        domes.glints(mask, int(rng.integers(1, 4)))
    return mask


def _floor(passage: Passage, level: float) -> None:
    """The floor's gutter below the turbinate, a wide dim curve."""
    domes, rng = passage.domes, passage.rng
    distance = f32(level - domes.y + 0.5 * (domes.x - passage.slit) ** 2 + domes.wavy(0.02))
    near = rng.uniform(0.9, 1.6)
    form = Form(near, near * rng.uniform(1.2, 1.6), rng.uniform(0.2, 0.5), 0.03, 0.12)
    shade = rng.uniform(0.45, 0.9)
    domes.lay(distance, form, (shade, 0.85 * shade, 0.85 * shade), rng.uniform(0.5, 0.9), 0.015)


def middle_view(passage: Passage) -> None:
    """The middle turbinate between lateral wall and septum, often with dark clefts."""
    rng = passage.rng
    if rng.random() < 0.6:
        _turbinate(
            passage,
            (passage.slit - rng.uniform(0.15, 0.4), rng.uniform(-0.5, 0.2)),
            (rng.uniform(0.15, 0.3), rng.uniform(0.6, 1.2)),
            rng.uniform(1.4, 2.0),
        )
    radii = (rng.uniform(0.15, 0.34), rng.uniform(0.45, 1.0))
    centre = (passage.slit + rng.normal(0, 0.06), rng.uniform(-0.35, 0.15))
    _turbinate(passage, centre, radii, rng.uniform(0.85, 1.4))
    _contents(passage, centre, radii)
    if rng.random() < 0.5:
        _folds(passage, centre, radii)
    gap = rng.uniform(-0.05, 0.14)
    _lateral(passage, passage.slit - radii[0] - gap - rng.uniform(0.0, 0.15))
    if rng.random() < 0.4:
        _low_mound(passage)
    _septum(passage, passage.slit + radii[0] * rng.uniform(0.5, 1.1) + rng.uniform(-0.05, 0.12))


def _low_mound(passage: Passage) -> None:
    """The inferior turbinate's head rises from below on the lateral side."""
    rng = passage.rng
    centre = (rng.uniform(-0.9, -0.35), rng.uniform(0.65, 1.0))
    _turbinate(
        passage, centre, (rng.uniform(0.45, 0.7), rng.uniform(0.4, 0.75)), rng.uniform(0.5, 0.9)
    )


def meatus_view(passage: Passage) -> None:
    """Up along the middle meatus: the inferior turbinate below, near and burnt out.

    Clefts slant from the lateral side's top to the septum's foot.
    """
    domes, rng = passage.domes, passage.rng
    slant = rng.uniform(0.15, 1.0)
    shift = rng.uniform(-0.15, 0.25)
    radii = (rng.uniform(0.16, 0.34), rng.uniform(0.45, 0.9))
    centre = (passage.slit + shift + 0.05, rng.uniform(-0.45, 0.0))
    if rng.random() < 0.5:
        beside = (centre[0] - radii[0] * rng.uniform(0.8, 1.5), centre[1] + rng.uniform(-0.2, 0.3))
        _turbinate(passage, beside, (radii[0] * 0.8, radii[1]), rng.uniform(1.4, 1.9), slant)
    _turbinate(passage, centre, radii, rng.uniform(0.9, 1.4), slant)
    _contents(passage, centre, radii)
    if rng.random() < 0.6:
        _lateral(passage, passage.slit - rng.uniform(0.35, 0.7))
    reach = centre[0] + radii[0] * rng.uniform(0.6, 1.3)
    _septum(passage, reach, slant * rng.uniform(0.3, 0.9), (0.35, 1.1))
    top = passage.slit + rng.uniform(-0.35, 0.05) + slant * domes.y
    distance = f32((domes.x - top) * (1 + slant**2) ** -0.5 + domes.wavy(0.04))
    edge = f32(rng.uniform(-0.3, 0.3) - domes.y + 0.3 * domes.x)
    distance = smooth_max(distance, edge, 0.25)
    near = rng.uniform(0.25, 0.45) if rng.random() < 0.6 else rng.uniform(0.45, 0.8)
    turn, soft = rng.uniform(0.3, 0.7), rng.uniform(0.02, 0.12)
    form = Form(near, near * rng.uniform(1.4, 2.4), turn, soft, 0.1)
    domes.lay(distance, form, random_tint(rng), rng.uniform(0.2, 0.7))


def inferior_view(passage: Passage) -> None:
    """The inferior turbinate's head fills the passage."""
    rng = passage.rng
    swollen = "swelling" in passage.chosen
    radii = (rng.uniform(0.34, 0.52), rng.uniform(0.65, 1.0))
    if swollen:
        radii = (radii[0] * rng.uniform(1.0, 1.25), radii[1] * 1.1)
    centre = (passage.slit - rng.uniform(-0.05, 0.15), rng.uniform(-0.15, 0.25))
    _floor(passage, rng.uniform(0.55, 0.9))
    _turbinate(passage, centre, radii, rng.uniform(0.65, 1.0))
    gap = rng.uniform(-0.12, 0.0) if swollen else rng.uniform(-0.05, 0.25)
    if swollen:
        size = size_of(radii[0], 0.34, 0.65)
        passage.seen["swelling"] = Observation("swelling", None, size)
    _contents(passage, centre, radii)
    if rng.random() < 0.35:
        _folds(passage, centre, radii)
    if rng.random() < 0.6:
        _lateral(passage, centre[0] - radii[0] - rng.uniform(-0.08, 0.12))
    _septum(passage, centre[0] + radii[0] + gap, -rng.uniform(0.0, 0.35))


def slit_view(passage: Passage) -> None:
    """Two walls that nearly meet; a tall dark cleft is all that lies between."""
    rng = passage.rng
    radii = (rng.uniform(0.1, 0.2), rng.uniform(0.5, 1.0))
    centre = (passage.slit + rng.normal(0, 0.04), rng.uniform(-0.4, 0.3))
    if rng.random() < 0.75:
        _turbinate(passage, centre, radii, rng.uniform(1.2, 1.8))
    _contents(passage, centre, radii)
    gap = rng.uniform(0.02, 0.12)
    _lateral(passage, passage.slit - gap - rng.uniform(0.0, 0.2))
    _septum(passage, passage.slit + gap, -rng.uniform(0.0, 0.35))


def tongue_view(passage: Passage) -> None:
    """The inferior turbinate hangs like a tongue beside the septum, the floor's gutter below."""
    domes, rng = passage.domes, passage.rng
    _floor(passage, rng.uniform(0.3, 0.6))
    if rng.random() < 0.6:
        _turbinate(
            passage,
            (passage.slit + rng.uniform(-0.1, 0.1), rng.uniform(-0.8, -0.4)),
            (rng.uniform(0.12, 0.24), rng.uniform(0.4, 0.7)),
            rng.uniform(1.3, 1.8),
        )
    low, reach = rng.uniform(0.25, 0.65), passage.slit - rng.uniform(0.0, 0.1)
    half = rng.uniform(0.3, 0.6)
    wall = domes.x - reach - 0.2 * np.minimum(domes.y, 0)
    corner = np.hypot(np.maximum(wall + half, 0), np.maximum(domes.y - low + half, 0)) - half
    distance = f32(corner + domes.wavy(0.035))
    near = rng.uniform(0.5, 0.85)
    form = Form(near, near * rng.uniform(1.4, 2.0), rng.uniform(0.3, 0.55), 0.015, 0.15)
    tint = random_tint(rng)
    domes.lay(distance, form, tint, rng.uniform(0.4, 0.9), rng.uniform(0.0, 0.03))
    if "swelling" in passage.chosen:
        passage.seen["swelling"] = Observation("swelling", None, size_of(half, 0.3, 0.6))
    _contents(passage, (passage.slit + 0.05, 0.0), (0.12, 0.6))
    _septum(passage, passage.slit + rng.uniform(0.03, 0.3))


def polyp_view(passage: Passage) -> None:
    """A polyp that fills the passage, with little of the walls around it."""
    rng = passage.rng
    centre, radii = (passage.slit, rng.uniform(-0.2, 0.2)), (0.3, 0.6)
    if rng.random() < 0.5:
        _turbinate(passage, (passage.slit - 0.2, -0.5), (0.25, 0.8), rng.uniform(1.2, 1.6))
    _polyps(passage, centre, rng.uniform(0.6, 0.95))
    if "discharge" in passage.chosen:
        _discharge(passage, centre, radii)
    if rng.random() < 0.4:
        _lateral(passage, -rng.uniform(0.6, 0.95))
    _septum(passage, rng.uniform(0.4, 0.8))


def _synechia(passage: Passage) -> None:
    """A band of scar from the turbinate to the septum."""
    domes, rng = passage.domes, passage.rng
    x = domes.x - passage.slit
    middle = rng.uniform(-0.35, 0.45) + rng.normal(0, 0.3) * x
    width, spread = rng.uniform(0.05, 0.14), rng.uniform(0.8, 3.0)
    distance = f32(np.abs(domes.y - middle + domes.wavy(0.02)) - width * (1 + spread * x * x))
    near = rng.uniform(0.75, 1.1)
    form = Form(near, near * rng.uniform(1.1, 1.4), width, 0.025, 0.06)
    pale = rng.uniform(0.95, 1.2)
    share = smoothstep(0.6, 0.1, f32(np.abs(x)))
    domes.lay(distance, form, (1.0, pale, pale), rng.uniform(0.5, 0.9), share=share)
    passage.seen["synechia"] = Observation("synechia")


def _in_cleft(domes: Domes, top: float) -> Array:
    """What is deepest below a height: where fluid collects between the bodies."""
    depth = domes.canvas.depth
    level = float(np.percentile(depth[::4, ::4], domes.rng.uniform(72, 90)))
    below = smoothstep(top, top + 0.2, f32(domes.y + domes.wavy(0.1)))
    return f32(smoothstep(level, 1.2 * level, f32(depth + domes.wavy(0.3))) * below)


def _blood(passage: Passage) -> None:
    """Fresh blood: in the cleft, in a pool below, or as a run on septum or turbinate."""
    domes, rng = passage.domes, passage.rng
    run = np.abs(domes.x - passage.slit - rng.uniform(-0.2, 0.5) + domes.wavy(0.12))
    width = rng.uniform(0.05, 0.2)
    top = rng.uniform(-0.6, 0.3)
    stream = smoothstep(width, 0.5 * width, f32(run + 0.3 * width * domes.lumps))
    stream = stream * smoothstep(top, top + 0.4, domes.y) * float(rng.random() < 0.5)
    pool = smoothstep(0.0, 0.1, f32(domes.y - rng.uniform(0.4, 0.8) + domes.wavy(0.15)))
    mask = np.maximum(_in_cleft(domes, top), pool * float(rng.random() < 0.5))
    mask = f32(np.maximum(mask, stream))
    tone = _BLOODS[int(rng.integers(len(_BLOODS)))]
    domes.canvas.paint(f32(mask * rng.uniform(0.75, 0.95)), tone)
    domes.canvas.lift(f32(0.25 * mask))
    domes.canvas.moisten(mask, 1.0)
    domes.show("epistaxis", mask)
    domes.glints(mask, int(rng.integers(1, 6)))
    passage.seen["epistaxis"] = Observation("epistaxis")


_BLOODS = (srgb(150, 14, 18), srgb(190, 24, 28), srgb(110, 16, 16))

View = Callable[[Passage], None]
VIEWS: tuple[View, ...] = (middle_view, inferior_view, slit_view, tongue_view, meatus_view)
VIEW_SHARES = (0.24, 0.2, 0.12, 0.14, 0.3)


def _contents(passage: Passage, centre: tuple[float, float], radii: tuple[float, float]) -> None:
    """What hangs or runs before the turbinate, behind the near walls: polyps and secretion."""
    if "polyp" in passage.chosen:
        _polyps(passage, centre, passage.rng.uniform(0.22, 0.6))
    if "discharge" in passage.chosen:
        _discharge(passage, centre, radii)


_GLASS = (
    srgb(214, 166, 146),
    srgb(206, 158, 118),
    srgb(206, 176, 168),
    srgb(212, 140, 124),
    srgb(196, 158, 120),
    srgb(206, 142, 96),
)


def _glass(domes: Domes) -> Array:
    """The coat of polyps: watery, yellow to grey, redder in places, with branching vessels."""
    rng = domes.rng
    tone = _GLASS[int(rng.integers(len(_GLASS)))]
    cloud = noise("cloud", domes.x, domes.y, rng, 0.4)
    clear = f32(rng.uniform(0.35, 0.9) * smoothstep(1.6, -0.6, cloud))
    coat = mix(domes.coat, tone, clear)
    return with_vessels(coat, domes.x, domes.y, rng, rng.uniform(0.1, 1.0), rng.uniform(0.5, 1.0))


def _polyps(passage: Passage, centre: tuple[float, float], extent: float) -> None:
    """Pale, glassy grapes, one large or a cluster, with a few fine vessels."""
    domes, rng = passage.domes, passage.rng
    coat = _glass(domes)
    count = 1 if rng.random() < 0.6 else int(rng.integers(2, 5))
    for _ in range(count):
        size = extent * (rng.uniform(0.85, 1.1) if count == 1 else rng.uniform(0.5, 0.85))
        place = (
            centre[0] + rng.normal(-0.05, 0.5 * extent * (count > 1)),
            centre[1] + rng.uniform(-0.1, 0.3) + rng.normal(0, 0.5 * extent * (count > 1)),
        )
        radii = (size * rng.uniform(0.75, 1.0), size * rng.uniform(0.95, 1.35))
        distance = domes.egg(place, radii, rng.normal(0, 0.3), rng.uniform(0.0, 0.3))
        distance = f32(distance + domes.wavy(rng.uniform(0.02, 0.07)))
        near = rng.uniform(0.7, 1.1)
        soft = rng.uniform(0.01, 0.04)
        form = Form(near, near * rng.uniform(1.2, 1.5), min(radii), soft, 0.05)
        mask = domes.lay(distance, form, wet=1.0, rough=rng.uniform(0.004, 0.02), coat=coat)
        domes.show("polyp", mask)
        domes.glints(mask, int(rng.integers(1, 7)))
    passage.seen["polyp"] = Observation("polyp", None, size_of(extent, 0.22, 0.8))


_FLUIDS = (
    srgb(238, 232, 222),
    srgb(228, 216, 168),
    srgb(214, 206, 130),
    srgb(226, 214, 196),
)


def _discharge(passage: Passage, centre: tuple[float, float], radii: tuple[float, float]) -> None:
    """Secretion that runs down beside the turbinate and pools, with strands across the slit."""
    domes, rng = passage.domes, passage.rng
    tone = _FLUIDS[int(rng.integers(len(_FLUIDS)))]
    side = -1 if rng.random() < 0.6 else 1
    run = np.abs(domes.x - centre[0] - side * radii[0] * rng.uniform(0.2, 0.9) + domes.wavy(0.05))
    width = rng.uniform(0.04, 0.14)
    stream = smoothstep(width, 0.3 * width, f32(run))
    stream = f32(stream * smoothstep(-1.0, -0.2, f32(domes.y - centre[1] + domes.wavy(0.3))))
    level = rng.uniform(0.35, 0.8)
    pool = smoothstep(level, level + 0.08, f32(domes.y + domes.wavy(0.08)))
    patch = smoothstep(1.2, 2.8, noise("cloud", domes.x, domes.y, rng, 0.8))
    mask = np.maximum(stream, pool * float(rng.random() < 0.6))
    if rng.random() < 0.5:
        mask = np.maximum(mask, _in_cleft(domes, rng.uniform(-1.0, 0.2)))
    mask = f32(np.maximum(mask, 0.5 * patch) * rng.uniform(0.4, 0.85))
    domes.canvas.paint(mask, tone)
    domes.canvas.lift(f32(0.1 * mask))
    domes.canvas.moisten(mask, 1.0)
    domes.show("discharge", mask)
    domes.glints(mask, int(rng.integers(0, 6)))
    lines = []
    for _ in range(int(rng.integers(0, 4))):
        y = rng.uniform(-0.5, 0.6)
        start = (centre[0] - radii[0] - 0.2, y)
        end = (centre[0] + radii[0] + 0.25, y + rng.normal(0, 0.3))
        lines.append(((start, end), rng.uniform(0.008, 0.025)))
    if lines:
        strands = f32(strokes(domes.size, lines) * rng.uniform(0.4, 0.8))
        domes.canvas.paint(strands, tone)
        domes.canvas.moisten(strands, 1.0)
    passage.seen["discharge"] = Observation("discharge")


def _choose_view(chosen: tuple[str, ...], rng: np.random.Generator) -> View:
    """A view in which the findings can be seen."""
    if "polyp" in chosen and "swelling" not in chosen and rng.random() < 0.45:
        return polyp_view
    shares = np.array(VIEW_SHARES)
    if "swelling" in chosen:
        shares = shares * (0, 1, 0, 1, 0)
    elif "polyp" in chosen:
        shares = shares * (1, 0, 1, 1, 1)
    return VIEWS[int(rng.choice(len(VIEWS), p=shares / shares.sum()))]


def draw_passage(
    rng: np.random.Generator, size: int, chosen: tuple[str, ...]
) -> tuple[Domes, dict[str, Observation]]:
    """A right passage with the chosen findings, and what is drawn of them."""
    passage = _draw_once(rng, size, chosen)
    for _ in range(4):
        if not passage.domes.hidden():
            break
        passage = _draw_once(rng, size, chosen)
    return passage.domes, passage.seen


def _draw_once(rng: np.random.Generator, size: int, chosen: tuple[str, ...]) -> Passage:
    pale = "pallor" in chosen
    tints = (PALES if pale else PINKS)[int(rng.integers(len(PALES if pale else PINKS)))]
    domes = Domes(rng, size, tints, 2.5)
    slit = float(np.clip(rng.normal(-0.1, 0.15), -0.4, 0.2))
    passage = Passage(domes, chosen, {}, slit)
    if pale:
        passage.seen["pallor"] = Observation("pallor")
    _deep(passage)
    _choose_view(chosen, rng)(passage)
    if "synechia" in chosen:
        _synechia(passage)
    if "epistaxis" in chosen:
        _blood(passage)
    return passage
