"""The nasal cavity in depth: septum, turbinates and the slit between them, from the nostril.

All is drawn for the right cavity, whose septum is on the picture's right. The model is
three-dimensional (see ``march``) in units of about a centimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.canvas import Canvas
from entdemo.phantom.facts import Observation, Place, Size
from entdemo.phantom.march import Camera, Hits, ball, trace, tube
from entdemo.phantom.nose_domes import PALES, PINKS
from entdemo.phantom.shapes import Point, bezier, f32, mix, smooth_min, smoothstep, strokes
from entdemo.phantom.tissue import (
    SKIN_TINTS,
    Coat,
    coat_albedo,
    noise,
    srgb,
    with_vessels,
)

Array = NDArray[np.float32]

_SEPTUM, _LATERAL, _FLOOR, _ROOF, _INFERIOR, _MIDDLE, _BACK, _POLYP = range(8)


@dataclass(frozen=True)
class Bulge:
    """A bump of the septum into the cavity: height, centre and half-widths along y and z."""

    height: float
    y: float
    z: float
    wide: float
    deep: float
    sharp: bool


@dataclass(frozen=True)
class Cavity:
    """The right nasal cavity.

    Attributes:
        septum: x of the septum.
        lateral: x of the lateral wall, negative.
        floor, roof: y of floor and roof.
        back: z of the nasopharynx.
        inferior_edge: x of the inferior turbinate's inner surface.
        inferior_y, inferior_half: its centre and half-height.
        inferior_z: z of its head.
        middle_x, middle_half: centre and half-width of the middle turbinate.
        middle_tip: y of its lower edge.
        middle_z: z of its head.
        wave: height and two phases of the walls' slow unevenness.
        bulges: bumps of the septum.
        polyps: centre and radii of each polyp.
    """

    septum: float
    lateral: float
    floor: float
    roof: float
    back: float
    inferior_edge: float
    inferior_y: float
    inferior_half: float
    inferior_z: float
    middle_x: float
    middle_half: float
    middle_tip: float
    middle_z: float
    wave: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bulges: tuple[Bulge, ...] = ()
    polyps: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = ()

    def parts(self, x: Array, y: Array, z: Array) -> list[Array]:
        """Distances of the parts, in the order of the part numbers above."""
        height, first, second = self.wave
        bump = height * np.sin(3.1 * y + 1.3 * z + first) * np.sin(2.7 * z - 1.7 * y + second)
        parts = [
            f32(self._septum(x, y, z) + 0.4 * bump),
            f32(x - self.lateral - 0.12 * np.maximum(-y, 0) + bump),
            f32(((self.floor - y) - 0.6 * x * x + bump) * 0.85),
            f32(y - self.roof + bump),
            f32(self._inferior(x, y, z) + 1.6 * bump),
            f32(self._middle(x, y, z) + 0.5 * bump),
            f32(self.back - z - 0.4 * (x * x + y * y)),
        ]
        if self.polyps:
            parts.append(self._polyps(x, y, z))
        return parts

    def _septum(self, x: Array, y: Array, z: Array) -> Array:
        wall = self.septum - x - 0.1 * np.maximum(-y, 0)
        for bulge in self.bulges:
            across, along = np.abs(y - bulge.y) * (1 / bulge.wide), (z - bulge.z) * (1 / bulge.deep)
            ridge = np.exp(-across) if bulge.sharp else np.exp(-across * across)
            wall = wall - bulge.height * ridge * np.exp(-along * along)
        return f32(wall * 0.85)

    def _inferior(self, x: Array, y: Array, z: Array) -> Array:
        half = max((self.inferior_edge - self.lateral) / 2 + 0.06, 0.12)
        centre = (self.inferior_edge - half, self.inferior_y)
        sag = 0.06 * np.maximum(z - self.inferior_z, 0)
        body = tube(
            x,
            f32(y - sag),
            z,
            centre,
            (half, self.inferior_half),
            (self.inferior_z + half * 0.6, 5.0),
            1.7,
        )
        return f32(body * 0.8)

    def _middle(self, x: Array, y: Array, z: Array) -> Array:
        half = (self.middle_tip - self.roof) / 2 + 0.15
        centre = (self.middle_x, self.middle_tip - half)
        leaf = tube(
            f32(x + 0.25 * (y - self.middle_tip)),
            y,
            z,
            centre,
            (self.middle_half, half),
            (self.middle_z + self.middle_half, 4.6),
        )
        return f32(leaf * 0.8)

    def _polyps(self, x: Array, y: Array, z: Array) -> Array:
        body = ball(x, y, z, *self.polyps[0])
        for centre, radii in self.polyps[1:]:
            body = smooth_min(body, ball(x, y, z, centre, radii), 0.04)
        return f32(body * 0.8)


def random_cavity(rng: np.random.Generator) -> Cavity:
    """A healthy cavity, from wide with a deep choana to a turbinate that nearly touches."""
    septum = rng.uniform(0.16, 0.5)
    lateral = -rng.uniform(0.5, 1.0)
    floor = rng.uniform(0.4, 0.85)
    gap = float(
        rng.choice([rng.uniform(0.05, 0.16), rng.uniform(0.14, 0.4), rng.uniform(0.3, 0.65)])
    )
    inferior_half = rng.uniform(0.26, 0.5)
    middle_half = rng.uniform(0.09, 0.19)
    return Cavity(
        septum=septum,
        lateral=lateral,
        floor=floor,
        roof=-rng.uniform(0.8, 1.5),
        back=rng.uniform(3.6, 6.5),
        inferior_edge=max(septum - gap, lateral + 0.15),
        inferior_y=floor - inferior_half - rng.uniform(-0.12, 0.12),
        inferior_half=inferior_half,
        inferior_z=rng.uniform(0.55, 1.7),
        middle_x=septum - middle_half - rng.uniform(0.06, 0.35),
        middle_half=middle_half,
        middle_tip=rng.uniform(-0.42, -0.12),
        middle_z=rng.uniform(1.2, 2.6),
        wave=(rng.uniform(0.01, 0.05), rng.uniform(0, 6), rng.uniform(0, 6)),
    )


def _random_camera(cavity: Cavity, rng: np.random.Generator) -> Camera:
    """The tip in the free space before the turbinate's head, looking along the slit."""
    slit = (cavity.septum + max(cavity.inferior_edge, -0.5)) / 2
    low, high = cavity.lateral * 0.35, cavity.septum - 0.14
    x = float(np.clip(slit + rng.normal(-0.06, 0.12), low, high))
    y = rng.uniform(-0.3, 0.2)
    z = rng.uniform(-0.6, 0.2)
    if rng.random() < 0.3:  # a near look at the turbinate's head, off the cavity's axis
        y, z = rng.uniform(-0.35, 0.35), cavity.inferior_z - rng.uniform(0.35, 0.8)
    target_x = slit + rng.normal(-0.12, 0.2)
    target_y = rng.uniform(-0.45, 0.35)
    return Camera(
        place=(x, y, z),
        yaw=float(np.arctan2(target_x - x, 1.9 - z)),
        pitch=float(np.arctan2(target_y - y, 1.9 - z)),
        roll=float(np.clip(rng.normal(0, 0.16), -0.35, 0.35)),
    )


def _size_name(extent: float, small: float, large: float) -> Size:
    if extent < small:
        return "small"
    return "large" if extent > large else "medium"


def _deviate(cavity: Cavity, rng: np.random.Generator) -> tuple[Cavity, Observation]:
    """The septum bows into this cavity."""
    height = rng.uniform(0.2, 0.45)
    place: Place = "anterior" if rng.random() < 0.6 else "posterior"
    z = rng.uniform(0.7, 1.2) if place == "anterior" else rng.uniform(1.5, 2.2)
    bulge = Bulge(
        height, rng.uniform(-0.25, 0.25), z, rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.8), False
    )
    wider = replace(cavity, septum=cavity.septum + 0.45 * height, bulges=(*cavity.bulges, bulge))
    return wider, Observation("deviation", None, _size_name(height, 0.27, 0.37), place)


def _grow_spur(cavity: Cavity, rng: np.random.Generator) -> tuple[Cavity, Observation]:
    """A sharp ridge of the septum that points at the turbinate."""
    height = rng.uniform(0.15, 0.36)
    y = rng.uniform(0.0, cavity.floor - 0.15)
    place: Place = "inferior" if y > 0.25 else "central"
    bulge = Bulge(
        height, y, rng.uniform(0.9, 1.7), rng.uniform(0.06, 0.13), rng.uniform(0.35, 0.8), True
    )
    wider = replace(cavity, septum=cavity.septum + 0.3 * height, bulges=(*cavity.bulges, bulge))
    return wider, Observation("spur", None, _size_name(height, 0.2, 0.29), place)


def _swell(cavity: Cavity, rng: np.random.Generator) -> tuple[Cavity, Observation]:
    """The inferior turbinate fills most of the passage."""
    gap = rng.uniform(-0.01, 0.09)
    swollen = replace(
        cavity,
        inferior_edge=cavity.septum - gap,
        inferior_half=cavity.inferior_half * rng.uniform(1.15, 1.45),
        inferior_y=cavity.inferior_y - rng.uniform(0.0, 0.12),
        inferior_z=rng.uniform(0.5, 1.1),
    )
    return swollen, Observation("swelling", None, _size_name(0.1 - gap, 0.035, 0.08))


def _grow_polyps(cavity: Cavity, rng: np.random.Generator) -> tuple[Cavity, Observation]:
    """Smooth grapes that hang from the middle meatus."""
    extent = rng.uniform(0.15, 0.36)
    wide = replace(cavity, inferior_edge=min(cavity.inferior_edge, cavity.septum - 0.25))
    low = wide.inferior_y - wide.inferior_half
    home = np.array(
        [
            (wide.middle_x + max(wide.lateral, -0.6)) / 2 + rng.uniform(-0.05, 0.15),
            max(wide.middle_tip, low - extent) + rng.uniform(-0.12, 0.12),
            rng.uniform(1.0, 1.7),
        ]
    )
    polyps = []
    for _ in range(int(rng.integers(1, 4))):
        centre = home + rng.normal(0, 0.55, 3) * extent * np.array([0.7, 1, 1])
        radii = extent * rng.uniform(0.6, 1.1) * np.array([rng.uniform(0.8, 1), 1.15, 1.1])
        polyps.append((tuple(centre.tolist()), tuple(radii.tolist())))
    grown = replace(wide, polyps=tuple(polyps))
    return grown, Observation("polyp", None, _size_name(extent, 0.21, 0.29))


_SHAPED = {
    "deviation": _deviate,
    "spur": _grow_spur,
    "swelling": _swell,
    "polyp": _grow_polyps,
}


@dataclass(frozen=True)
class Look:
    """One drawing: the cavity, the camera and what its rays hit."""

    cavity: Cavity
    camera: Camera
    hits: Hits
    pale: bool


def _coordinates(hits: Hits) -> tuple[Array, Array]:
    """Coordinates for textures that run along the surfaces."""
    return f32(hits.y + 0.7 * hits.x), f32(hits.z * 0.8 - 0.4 * hits.x)


def _albedo(look: Look, rng: np.random.Generator) -> Array:
    """Mucosa in one tint, with septum, turbinates and depth set a little apart."""
    u, v = _coordinates(look.hits)
    base, flush, pale = PINKS[int(rng.integers(len(PINKS)))]
    if look.pale:
        base, flush, pale = PALES[int(rng.integers(len(PALES)))]
    coat = Coat(base, flush, pale, rng.uniform(0.3, 0.9), 0, rng.uniform(0.02, 0.1), 1.6)
    albedo = coat_albedo(u, v, rng, coat)
    shares = look.hits.shares
    septum = np.array([1, 1.06, 1.02], np.float32) * np.float32(rng.uniform(0.85, 1.3))
    albedo = albedo * mix((1, 1, 1), septum, shares[_SEPTUM])
    turbinate = np.array([1.0, rng.uniform(0.75, 1.0), rng.uniform(0.75, 1.0)], np.float32)
    albedo = albedo * mix((1, 1, 1), turbinate, f32(shares[_INFERIOR] + shares[_MIDDLE]))
    albedo = with_vessels(f32(albedo), u, v, rng, rng.uniform(0.1, 0.6), 1.3)
    deep = smoothstep(2.2, 5.0, look.hits.z)
    return f32(albedo * mix((1, 1, 1), (0.8, 0.6, 0.6), deep))


def _relief(canvas: Canvas, look: Look, rng: np.random.Generator) -> None:
    """Mulberry unevenness of turbinates and slight waves elsewhere."""
    u, v = _coordinates(look.hits)
    lumps = noise("soft", u, v, rng, 2.4) + 0.5 * noise("cloud", u, v, rng, 1.5)
    turbinate = f32(look.hits.shares[_INFERIOR] + 0.7 * look.hits.shares[_MIDDLE])
    height = rng.uniform(0.004, 0.02) * turbinate + rng.uniform(0.002, 0.008)
    canvas.lift(f32(height * lumps))


def _paint_polyps(canvas: Canvas, look: Look, rng: np.random.Generator) -> None:
    """Grey, glassy, with few vessels."""
    share = look.hits.shares[_POLYP]
    tone = (srgb(185, 160, 145), srgb(172, 155, 152), srgb(195, 155, 130), srgb(185, 135, 125))
    canvas.paint(f32(share * rng.uniform(0.65, 0.9)), tone[int(rng.integers(len(tone)))])
    u, v = _coordinates(look.hits)
    canvas.albedo = mix(canvas.albedo, with_vessels(canvas.albedo, u, v, rng, 0.4, 2.0), share)
    canvas.moisten(share, 1.0)


_FLUIDS = (
    srgb(235, 232, 225),
    srgb(225, 215, 150),
    srgb(200, 195, 95),
    srgb(215, 205, 185),
)


def _discharge(canvas: Canvas, look: Look, rng: np.random.Generator) -> Observation:
    """Secretion: a pool on the floor, streaks on turbinate and septum, strands across the slit."""
    tone = _FLUIDS[int(rng.integers(len(_FLUIDS)))]
    hits, cavity = look.hits, look.cavity
    u, v = _coordinates(hits)
    cloud = noise("cloud", u, v, rng, 1.1)
    pool = smoothstep(
        -0.1, 0.25, f32(hits.y - cavity.floor + rng.uniform(0.2, 0.42) + 0.06 * cloud)
    )
    pool = f32(pool * smoothstep(3.6, 2.6, hits.z) * (1 - hits.shares[_ROOF]))
    streak = smoothstep(0.7, 1.9, f32(noise("cloud", f32(u * 1.5), f32(v * 0.35), rng, 0.7)))
    mask = f32(np.maximum(pool * rng.uniform(0.6, 1.0), streak * rng.uniform(0.0, 0.8)))
    canvas.paint(f32(mask * 0.9), tone)
    canvas.lift(f32(0.04 * mask))
    canvas.moisten(mask, 1.0)
    strands = _strands(look, rng, canvas.x.shape[0])
    canvas.paint(f32(strands * rng.uniform(0.5, 0.9)), tone)
    canvas.moisten(strands, 1.0)
    return Observation("discharge")


def _strands(look: Look, rng: np.random.Generator, size: int) -> Array:
    cavity = look.cavity
    lines: list[tuple[list[Point], float]] = []
    for _ in range(int(rng.integers(1, 5))):
        z = rng.uniform(cavity.inferior_z + 0.2, cavity.inferior_z + 1.0)
        y = rng.uniform(cavity.inferior_y - cavity.inferior_half, cavity.inferior_y)
        ends = ((cavity.inferior_edge - 0.05, y, z), (cavity.septum, y + rng.normal(0.05, 0.12), z))
        middle = ((ends[0][0] + ends[1][0]) / 2, max(y, ends[1][1]) + rng.uniform(0, 0.15), z)
        knots = [look.camera.project(point) for point in (ends[0], middle, ends[1])]
        lines.append((bezier(knots, 6), rng.uniform(0.012, 0.035)))
    return strokes(size, lines)


def _vestibule(canvas: Canvas, look: Look, rng: np.random.Generator) -> None:
    """Near the nostril: skin instead of mucosa, and hairs."""
    edge = look.camera.place[2] + rng.uniform(0.35, 0.75)
    u, v = _coordinates(look.hits)
    near = f32(
        smoothstep(edge + 0.12, edge - 0.12, f32(look.hits.z + 0.05 * noise("soft", u, v, rng)))
    )
    base, flush, pale = SKIN_TINTS[int(rng.integers(len(SKIN_TINTS)))]
    canvas.paint(near, coat_albedo(u, v, rng, Coat(base, flush, pale, 0.5, 0, 0.1, 1.5)))
    canvas.moisten(near, 0.25)
    lines: list[tuple[list[Point], float]] = []
    for _ in range(int(rng.integers(3, 22))):
        angle = rng.uniform(0, 2 * np.pi)
        root = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.8, 1.1)
        tip = root * rng.uniform(0.3, 0.8) + rng.normal(0, 0.15, 2)
        bend = (root + tip) / 2 + rng.normal(0, 0.08, 2)
        knots = [(float(a), float(b)) for a, b in (root, bend, tip)]
        lines.append((bezier(knots, 6), rng.uniform(0.006, 0.016)))
    hairs = strokes(canvas.x.shape[0], lines)
    dark = rng.random() < 0.6
    canvas.paint(f32(hairs * 0.85), (0.03, 0.02, 0.015) if dark else (0.75, 0.6, 0.4))


_VISIBLE = 0.008  # share of the picture below which a polyp would not be reported


def _look(
    chosen: tuple[str, ...], rng: np.random.Generator, size: int
) -> tuple[Look, dict[str, Observation]]:
    """Build a cavity with the chosen findings and look into it."""
    cavity = random_cavity(rng)
    seen: dict[str, Observation] = {}
    for name in chosen:
        if name in _SHAPED:
            cavity, seen[name] = _SHAPED[name](cavity, rng)
        elif name == "pallor":
            seen[name] = Observation("pallor")
    camera = _random_camera(cavity, rng)
    hits = trace(cavity.parts, camera, size, size // 2)
    return Look(cavity, camera, hits, "pallor" in chosen), seen


def draw_cavity(
    rng: np.random.Generator, size: int, chosen: tuple[str, ...]
) -> tuple[Canvas, dict[str, Observation]]:
    """A right cavity with the chosen findings, and what is drawn of them."""
    look, seen = _look(chosen, rng, size)
    for _ in range(5):
        if "polyp" not in seen or look.hits.shares[_POLYP].mean() > _VISIBLE:
            break
        look, seen = _look(chosen, rng, size)
    hits, cavity = look.hits, look.cavity
    canvas = Canvas(size, _albedo(look, rng), hits.depth, rng.uniform(0.4, 0.95))
    _relief(canvas, look, rng)
    if cavity.polyps:
        _paint_polyps(canvas, look, rng)
    if "discharge" in chosen:
        seen["discharge"] = _discharge(canvas, look, rng)
    if rng.random() < 0.25 and look.camera.place[2] < 0.2:
        _vestibule(canvas, look, rng)
    return canvas, seen
