"""The ear through the canal: skin, eardrum, malleus and what can be wrong with them.

All is drawn for a right ear, where the patient's front is on the picture's right; a left ear is
its mirror image. Drum coordinates (u, v) have their origin near the umbo, the rim at about
radius 1, u towards the front of a right ear and v downwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.canvas import Canvas
from entdemo.phantom.facts import Facts, Observation, Place, Size
from entdemo.phantom.scene import Focus, Scene
from entdemo.phantom.shapes import (
    Point,
    bell,
    bezier,
    dim,
    f32,
    grid,
    mix,
    rotate,
    sd_capsule,
    sd_circle,
    sd_ellipse,
    smooth_min,
    smoothstep,
    strokes,
)
from entdemo.phantom.tissue import noise, skin, srgb, vessels, with_vessels

Array = NDArray[np.float32]
EarSide = Literal["right", "left"]

FINDINGS = (
    "normal",
    "retraction",
    "perforation",
    "redness",
    "effusion",
    "plaque",
    "wax",
    "hyphae",
)
FINDING_SHARES = (0.25, 0.11, 0.11, 0.11, 0.11, 0.1, 0.11, 0.1)

_PLACES: dict[Place, Point] = {
    "anterior": (0.52, 0.08),
    "posterior": (-0.5, 0.1),
    "inferior": (-0.05, 0.58),
    "superior": (-0.42, -0.5),
    "central": (0.02, 0.3),
}


@dataclass(frozen=True)
class View:
    """How the scope looks at the drum.

    Attributes:
        centre: the umbo's place on the picture.
        radius: the drum's radius on the picture.
        roll: turn of the picture, radians.
        squash: foreshortening of the drum, 1 is face-on.
        squash_angle: direction that is foreshortened, radians.
        distance: depth of the drum.
        lean: direction of the malleus handle from the vertical, radians, positive forward.
    """

    centre: Point
    radius: float
    roll: float
    squash: float
    squash_angle: float
    distance: float
    lean: float

    @property
    def focus(self) -> Focus:
        """Umbo, malleus and cone of light, which tell the side."""
        return Focus(self.centre[0], self.centre[1] - 0.2 * self.radius, 0.6 * self.radius)

    def coordinates(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Drum coordinates (u, v) of picture points."""
        px, py = rotate(x - self.centre[0], y - self.centre[1], self.roll)
        a, b = rotate(px, py, self.squash_angle)
        a = a * (1 / self.squash)
        u, v = rotate(a, b, -self.squash_angle)
        return f32(u * (1 / self.radius)), f32(v * (1 / self.radius))


def random_view(rng: np.random.Generator) -> View:
    """A view that shows the drum, from a far glimpse to a close look."""
    low, high = ((0.27, 0.4), (0.38, 0.62), (0.58, 0.85))[int(rng.choice(3, p=(0.36, 0.4, 0.24)))]
    radius = rng.uniform(low, high)
    room = max(0.1, 0.8 - radius)
    angle, off = rng.uniform(0, 2 * np.pi), room * np.sqrt(rng.uniform(0, 1))
    return View(
        centre=(float(off * np.cos(angle)), float(off * np.sin(angle)) - 0.03),
        radius=radius,
        roll=float(np.clip(rng.normal(0, 0.14), -0.28, 0.28)),
        squash=rng.uniform(0.64, 1.0),
        squash_angle=rng.uniform(-0.9, 0.9),
        distance=float(np.clip(0.85 / radius, 0.9, 3.2)) * rng.uniform(0.85, 1.2),
        lean=rng.uniform(0.2, 0.55),
    )


class _Ear:
    """What the steps of one drawing share; ``bright`` darkens all that belongs to the drum."""

    def __init__(self, rng: np.random.Generator, size: int, view: View, finding: str) -> None:
        self.rng = rng
        self.size = size
        self.view = view
        self.finding = finding
        x, y = grid(size)
        wobble = 0.05 * noise("soft", x, y, rng, 0.8)
        self.u, self.v = view.coordinates(x + wobble * view.radius, y)
        self.rim = _rim(self.u, self.v, rng)
        self.retracted = finding == "retraction"
        top = 0.72 if not self.retracted else rng.uniform(0.45, 0.62)
        lean = view.lean + (rng.uniform(0.2, 0.5) if self.retracted else 0)
        self.umbo: Point = (rng.uniform(-0.06, 0.06), rng.uniform(0.0, 0.14))
        self.knob: Point = (
            self.umbo[0] + top * float(np.sin(lean)),
            self.umbo[1] - top * float(np.cos(lean)),
        )
        self.bright = rng.uniform(0.15, 1.0)
        self.seen: list[Observation] = []
        self.canvas = self._drum()

    def tone(self, red: float, green: float, blue: float) -> tuple[float, float, float]:
        """An sRGB colour as it looks as part of this drum, linear RGB."""
        a, b, c = srgb(red, green, blue)
        share = self.bright**0.6
        return a * share, b * share, c * share

    def _drum(self) -> Canvas:
        """The membrane's colour and its hollow shape, over the whole grid."""
        rng, u, v = self.rng, self.u, self.v
        base = _DRUM_TONES[int(rng.integers(len(_DRUM_TONES)))]
        tone = np.asarray(base, np.float32) * np.float32(self.bright)
        cloud = noise("cloud", u, v, rng, 0.35)
        shade = 1 + rng.uniform(0.05, 0.3) * np.clip(cloud, -2, 2)
        shade = shade * (1 + rng.uniform(0.0, 0.4) * np.clip(noise("soft", u, v, rng, 0.5), -2, 2))
        albedo = dim(tone, f32(shade))
        hollow = (0.3 if self.retracted else rng.uniform(0.06, 0.16)) * bell(
            np.hypot(u - self.umbo[0], v - self.umbo[1]), 1.1
        )
        tilt = rng.uniform(-0.05, 0.22) * u + rng.uniform(0.0, 0.2) * v
        depth = f32(self.view.distance * (1 + hollow + np.clip(tilt, -0.4, 0.4)))
        return Canvas(self.size, albedo, depth, rng.uniform(0.05, 0.4))


_DRUM_TONES = (
    srgb(165, 160, 155),
    srgb(150, 155, 168),
    srgb(185, 175, 165),
    srgb(140, 115, 85),
    srgb(165, 125, 85),
    srgb(120, 105, 85),
    srgb(190, 150, 135),
    srgb(196, 184, 176),
    srgb(204, 172, 160),
    srgb(178, 172, 160),
)


def _rim(u: Array, v: Array, rng: np.random.Generator) -> Array:
    """Signed distance to the drum's rim: an oval with the flaccid part's bay on top."""
    oval = sd_ellipse(u, v, (0.0, 0.0), (rng.uniform(0.84, 0.98), 1.0), rng.uniform(-0.2, 0.2))
    bay = sd_circle(u, v, (rng.uniform(0.0, 0.3), -0.86), rng.uniform(0.16, 0.32))
    rim = smooth_min(oval, bay, 0.3)
    return f32(rim + 0.045 * noise("soft", u, v, rng, 0.25))


def _middle_ear(ear: _Ear) -> None:
    """What shines through: dark recesses, the promontory, the incus behind."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    clear = rng.uniform(0, 1)
    u, v = f32(u + 0.06 * noise("soft", u, v, rng, 0.5)), v
    for place, radius in (((0.52, -0.5), 0.42), ((-0.35, -0.6), 0.36), ((0.25, 0.62), 0.3)):
        blot = bell(f32(np.hypot(u - place[0], v - place[1])), radius * rng.uniform(0.7, 1.4))
        canvas.stain(f32(blot * clear * rng.uniform(0.3, 1.2)), (0.14, 0.1, 0.12))
    glow = bell(np.hypot(u + 0.25, v - 0.35), 0.4)
    canvas.stain(f32(glow * clear * 0.6), (1.35, 1.2, 1.0))
    if rng.random() < 0.35 * (1 + ear.retracted):
        length = rng.uniform(0.3, 0.5)
        incus = sd_capsule(u, v, (-0.42, -0.78), (-0.36, -0.78 + length), 0.05, 0.035)
        canvas.paint(
            f32(smoothstep(0.06, -0.03, incus) * rng.uniform(0.25, 0.7)), ear.tone(205, 180, 145)
        )


def _malleus(ear: _Ear) -> None:
    """The handle from the lateral process down to the umbo, and the folds at its top."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    bend = (
        (ear.umbo[0] + ear.knob[0]) / 2 - rng.uniform(0.0, 0.1),
        (ear.umbo[1] + ear.knob[1]) / 2,
    )
    spine = bezier([ear.knob, bend, ear.umbo], 3)
    width = rng.uniform(0.015, 0.045)
    blur = rng.uniform(0.06, 0.2)
    stick = np.minimum.reduce([sd_capsule(u, v, a, b, width) for a, b in pairwise(spine)])
    tip = sd_circle(u, v, ear.umbo, width * rng.uniform(1.0, 2.0))
    handle = smooth_min(f32(stick), tip, 0.05)
    tone = ear.tone(*_BONE_TONES[int(rng.integers(len(_BONE_TONES)))])
    canvas.paint(f32(smoothstep(blur, -0.04, handle) * rng.uniform(0.35, 0.8)), tone)
    canvas.lift(f32(0.04 * smoothstep(0.16, -0.04, handle)))
    knob = sd_circle(u, v, ear.knob, rng.uniform(0.05, 0.1) * (1.25 if ear.retracted else 1))
    canvas.paint(
        f32(smoothstep(blur, -0.03, knob) * rng.uniform(0.4, 0.95)), ear.tone(240, 222, 195)
    )
    canvas.lift(f32(0.06 * smoothstep(0.18, -0.05, knob)))
    _folds(ear)


_BONE_TONES = ((205, 170, 125), (190, 145, 100), (215, 195, 170), (200, 125, 95))


def _folds(ear: _Ear) -> None:
    """The malleolar folds and the flaccid part above them, redder than the rest."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    kx, ky = ear.knob
    flaccid = f32(smoothstep(0.02, -0.16, v - ky + 0.25 * np.abs(u - kx)))
    canvas.stain(f32(flaccid * rng.uniform(0.3, 0.9)), (0.95, 0.62, 0.5))
    strength = rng.uniform(0.0, 0.14) + 0.3 * ear.retracted
    for end in ((kx - 0.7, ky + 0.06), (kx + 0.42, ky + 0.02)):
        fold = sd_capsule(u, v, ear.knob, end, 0.03, 0.0)
        canvas.paint(f32(strength * smoothstep(0.12, -0.02, fold)), ear.tone(215, 190, 165))
        canvas.stain(f32(strength * bell(v - ky - 0.1, 0.07) * (np.abs(u - kx) < 0.8)), (0.6,) * 3)


def _cone_of_light(ear: _Ear) -> None:
    """The reflex from the umbo down and forward, whole, split or faint."""
    rng, canvas = ear.rng, ear.canvas
    faint = ear.finding in ("retraction", "redness", "effusion")
    strength = rng.uniform(0.0, 0.5) if faint else rng.uniform(0.45, 1.0)
    angle = rng.uniform(0.3, 0.8)
    a, b = rotate(ear.u - ear.umbo[0], ear.v - ear.umbo[1], float(np.pi / 2 - angle))
    length = rng.uniform(0.35, 0.85) * (0.6 if ear.retracted else 1)
    start = rng.uniform(0.02, 0.2)
    edge = np.abs(b) - (0.015 + rng.uniform(0.05, 0.28) * np.clip(a, 0, None))
    blur = rng.uniform(0.03, 0.1)
    cone = smoothstep(blur, -blur, f32(edge))
    cone = cone * smoothstep(start - 0.08, start + 0.08, a) * smoothstep(length, length * 0.3, a)
    if rng.random() < 0.5:
        cone = cone * smoothstep(-0.4, 0.6, noise("cloud", ear.u, ear.v, rng, 0.6))
    hot = rng.uniform(0.7, 3.0)  # a mirror image of the lamp outshines any tissue
    canvas.paint(f32(cone * strength), (hot, 0.98 * hot, 0.93 * hot))
    canvas.moisten(f32(cone), 1.0)


def _annulus(ear: _Ear) -> None:
    """The fibrous ring, whitish and thickest below, with a shaded sulcus inside."""
    rng, canvas = ear.rng, ear.canvas
    below = smoothstep(-0.7, 0.5, ear.v)
    ring = bell(f32(ear.rim + 0.07), rng.uniform(0.05, 0.1)) * below
    canvas.paint(f32(ring * max(0.0, rng.uniform(-0.7, 0.4))), ear.tone(225, 205, 185))
    sulcus = bell(f32(ear.rim + 0.15), 0.12)
    canvas.stain(f32(sulcus * rng.uniform(0.0, 0.4)), (0.6, 0.5, 0.45))


def _canal(ear: _Ear) -> None:
    """The canal's walls from the drum's rim to the lens; the tip is nearer to one of them."""
    rng, canvas, view = ear.rng, ear.canvas, ear.view
    x, y = canvas.x, canvas.y
    away = f32(ear.rim * view.radius)
    theta = np.arctan2(y - view.centre[1], x - view.centre[0])
    near = np.cos(theta - rng.normal(np.pi / 2, 1.0))  # mostly the floor
    run = np.clip(away, -0.05, None) * (1 + rng.uniform(0.2, 0.95) * near)
    run = f32(run * (1 / (view.radius * rng.uniform(0.55, 1.3))))
    depth = view.distance / (1 + run) ** np.float32(rng.uniform(0.9, 1.3))
    depth = depth * (1 + 0.05 * noise("soft", x, y, rng, 0.6) + 0.008 * noise("cloud", x, y, rng))
    if rng.random() < 0.6:
        depth = depth * _swollen_wall(canvas, rng)
    albedo = skin(x, y, rng, vessel=rng.uniform(0.0, 0.5), scale=1.2)
    albedo = _deep_skin(albedo, run, rng)
    sharp = smoothstep(-0.6, 0.9, f32(np.cos(theta - rng.uniform(-np.pi, np.pi))))
    soft = rng.uniform(0.12, 0.34) + (rng.uniform(0.02, 0.06) - 0.2) * sharp
    soft = np.maximum(soft, 0.025)
    step = np.clip(0.5 + 0.5 * ear.rim / soft, 0, 1)
    mask = f32(step * step * (3 - 2 * step))
    canvas.cover(mask, albedo, f32(depth), rng.uniform(0.05, 0.45))
    canvas.moisten(bell(ear.rim, 0.12), 0.03)
    if rng.random() < 0.5:
        _overhang(ear, albedo)


def _swollen_wall(canvas: Canvas, rng: np.random.Generator) -> Array:
    """A part of the wall so near the tip that the light burns it out; factor for the depth."""
    angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 1.3)
    home = (away * float(np.cos(angle)), away * float(np.sin(angle)))
    near = np.hypot(canvas.x - home[0], canvas.y - home[1])
    near = f32(near + 0.12 * noise("soft", canvas.x, canvas.y, rng, 1.2))
    return f32(1 - rng.uniform(0.3, 0.65) * smoothstep(rng.uniform(0.35, 0.7), 0.05, near))


def _deep_skin(albedo: Array, run: Array, rng: np.random.Generator) -> Array:
    """Deep canal skin is thin: redder and darker towards the drum, paler outside."""
    near = f32(np.exp(-np.clip(run, 0, None) * rng.uniform(0.8, 2.0)))
    tint = mix((1.05, 1.02, 0.98), (0.85, 0.55, 0.42), f32(near * rng.uniform(0.3, 1.0)))
    return f32(albedo * tint)


def _overhang(ear: _Ear, albedo: Array) -> None:
    """The front wall's bulge, which hides part of the front of the rim."""
    rng, canvas, view = ear.rng, ear.canvas, ear.view
    angle = rng.uniform(-0.5, 0.9)
    keep_front = any(observation.place == "anterior" for observation in ear.seen)
    edge = rng.uniform(0.88 if keep_front else 0.62, 1.0)
    bow = rng.uniform(2.0, 6.0)
    cu, cv = (edge + bow) * float(np.cos(angle)), (edge + bow) * float(np.sin(angle))
    inside = f32(-sd_circle(ear.u, ear.v, (cu, cv), bow))
    inside = f32(inside + 0.06 * noise("soft", ear.u, ear.v, rng, 0.3))
    over_drum = smoothstep(0.7, 0.0, ear.rim)
    bulge = view.distance * rng.uniform(0.7, 0.92) / (1 + 0.8 * np.clip(inside, 0, None))
    seam = rng.uniform(0.02, 0.08)
    mask = f32(smoothstep(-seam, seam, inside) * over_drum)
    nearer = f32(np.minimum(bulge, canvas.depth))
    shadow = smoothstep(-rng.uniform(0.15, 0.5), 0.05, inside) * (1 - mask)
    canvas.stain(f32(shadow * smoothstep(0.1, -0.1, ear.rim) * rng.uniform(0.2, 0.8)), _SHADOW)
    canvas.cover(mask, albedo, nearer, 0.25)


_SHADOW = (0.3, 0.2, 0.24)


def _hairs(ear: _Ear, share: float) -> None:
    """Fine hairs of the outer canal, light or dark, rooted near the picture's edge."""
    rng = ear.rng
    if rng.random() > share:
        return
    lines: list[tuple[list[Point], float]] = []
    for _ in range(int(rng.integers(1, 9))):
        angle = rng.uniform(0, 2 * np.pi)
        root = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.55, 1.05)
        way = -root * rng.uniform(0.1, 0.9) + rng.normal(0, 0.2, 2)
        curl = rng.normal(0, 0.06, 2)
        points = [tuple(root), tuple(root + way * 0.5 + curl), tuple(root + way)]
        lines.append(
            (bezier([(float(a), float(b)) for a, b in points], 7), rng.uniform(0.006, 0.014))
        )
    mask = strokes(ear.size, lines)
    light = rng.random() < 0.6
    ear.canvas.paint(
        f32(mask * rng.uniform(0.3, 0.9)), (0.9, 0.75, 0.5) if light else (0.05, 0.02, 0.01)
    )
    ear.canvas.moisten(mask, 0.8 if light else 0.2)


def _flakes(ear: _Ear, share: float) -> None:
    """Small scales and wax crumbs on the walls."""
    rng, canvas = ear.rng, ear.canvas
    if rng.random() > share:
        return
    crumbs = noise("cloud", canvas.x, canvas.y, rng, 2.0) + 0.4 * noise(
        "grain", canvas.x, canvas.y, rng, 0.3
    )
    where = smoothstep(0.0, 0.35, ear.rim) * smoothstep(
        0.2, 1.6, noise("soft", canvas.x, canvas.y, rng)
    )
    mask = f32(smoothstep(1.2, 2.4, f32(crumbs)) * where)
    canvas.paint(f32(mask * rng.uniform(0.4, 0.95)), _WAX_TONES[int(rng.integers(len(_WAX_TONES)))])
    canvas.lift(f32(0.03 * mask))
    canvas.moisten(mask, rng.uniform(0.2, 1.0))


def _stains(ear: _Ear, share: float) -> None:
    """A thin yellow to brown film of old wax on parts of the walls."""
    rng, canvas = ear.rng, ear.canvas
    if rng.random() > share:
        return
    film = smoothstep(rng.uniform(0.0, 0.6), 1.4, noise("soft", canvas.x, canvas.y, rng, 0.8))
    film = f32(film * smoothstep(0.02, rng.uniform(0.15, 0.5), ear.rim))
    tone = _WAX_TONES[int(rng.integers(3))]
    canvas.paint(f32(film * rng.uniform(0.3, 0.85)), tone)
    canvas.moisten(film, rng.uniform(0.2, 0.8))


_WAX_TONES = (
    srgb(235, 200, 110),
    srgb(205, 140, 50),
    srgb(150, 85, 30),
    srgb(240, 225, 180),
    srgb(95, 50, 22),
)


def _pick_place(rng: np.random.Generator, places: tuple[Place, ...]) -> Place:
    return places[int(rng.integers(len(places)))]


def _size_name(extent: float, small: float, large: float) -> Size:
    if extent < small:
        return "small"
    return "large" if extent > large else "medium"


def _perforation(ear: _Ear) -> None:
    """A hole with a thickened rim that opens on the middle ear's mucosa."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    place = _pick_place(rng, ("anterior", "posterior", "inferior", "central"))
    cu, cv = _PLACES[place]
    radius = rng.uniform(0.16, 0.42)
    hole = sd_ellipse(u, v, (cu, cv), (radius * rng.uniform(0.7, 1.1), radius), rng.uniform(0, 3))
    hole = f32(hole + 0.05 * noise("soft", u, v, rng, 0.9) + 0.012 * noise("cloud", u, v, rng))
    canvas.paint(f32(0.7 * bell(hole - 0.03, 0.05)), ear.tone(215, 195, 175))
    canvas.lift(f32(0.03 * bell(hole - 0.03, 0.06)))
    floor = mix(
        srgb(120, 45, 35), srgb(190, 130, 95), smoothstep(-1, 1.5, noise("soft", u, v, rng, 0.6))
    )
    inner = smoothstep(0.0, -0.22, hole)
    floor = dim(floor, f32(rng.uniform(0.15, 0.4) + 0.6 * inner * rng.uniform(0.2, 1)))
    canvas.cover(
        smoothstep(0.02, -0.02, hole), floor, f32(canvas.depth * 1.18), rng.uniform(0.3, 0.9)
    )
    ear.seen.append(Observation("perforation", None, _size_name(radius, 0.23, 0.33), place))


def _redness(ear: _Ear) -> None:
    """A flushed drum with injected vessels along the handle and from the rim."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    patch = smoothstep(-1.4, 0.6, noise("soft", u, v, rng, 0.4))
    flush = f32(rng.uniform(0.65, 1.0) * (0.5 + 0.5 * patch))
    canvas.stain(flush, (1.3, 0.45, 0.4))
    canvas.paint(f32(0.75 * flush), ear.tone(*_FLUSHED[int(rng.integers(len(_FLUSHED)))]))
    radial = np.hypot(u, v)
    net = np.maximum(vessels(u, v, rng, "fine", 0.45), vessels(u, v, rng, "medium", 0.35))
    canvas.stain(f32(net * smoothstep(0.1, 0.9, f32(radial))), (0.75, 0.2, 0.18))
    canvas.lift(f32(rng.uniform(0.0, 0.12) * bell(f32(radial), 0.8)))
    ear.seen.append(Observation("redness"))


_FLUSHED = ((205, 60, 50), (190, 45, 55), (215, 85, 65), (170, 35, 35))


def _effusion(ear: _Ear) -> None:
    """Amber fluid behind the drum: a level, bubbles, or a dull amber drum."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    amber = _AMBER[int(rng.integers(len(_AMBER)))]
    body = ear.tone(*amber)
    kind = rng.integers(3)
    if kind == 0:
        level = rng.uniform(-0.25, 0.35)
        line = f32(v - level - 0.12 * u * u + rng.uniform(-0.15, 0.15) * u)
        canvas.paint(f32(0.75 * smoothstep(-0.03, 0.05, line)), body)
        canvas.stain(f32(0.8 * bell(line, 0.025)), (0.35, 0.25, 0.15))
        canvas.paint(f32(0.5 * bell(line - 0.05, 0.02)), ear.tone(235, 215, 175))
    else:
        canvas.paint(np.full_like(u, rng.uniform(0.5, 0.85)), body)
    if kind == 1 or rng.random() < 0.4:
        _bubbles(ear)
    ear.seen.append(Observation("effusion"))


_AMBER = ((195, 135, 60), (175, 110, 50), (200, 160, 90), (150, 95, 55))


def _bubbles(ear: _Ear) -> None:
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    home = rng.uniform(-0.45, 0.45, 2)
    for _ in range(int(rng.integers(2, 7))):
        place = home + rng.normal(0, 0.22, 2)
        radius = rng.uniform(0.06, 0.2)
        ring = sd_circle(u, v, (float(place[0]), float(place[1])), radius)
        canvas.stain(f32(0.7 * bell(ring, 0.025)), (0.35, 0.28, 0.2))
        canvas.stain(smoothstep(0.0, -0.05, ring), (1.25, 1.25, 1.2))
        glint = sd_circle(
            u, v, (float(place[0]) - radius * 0.4, float(place[1]) - radius * 0.5), 0.018
        )
        canvas.paint(smoothstep(0.02, -0.01, glint), (1.0, 0.97, 0.9))


def _plaque(ear: _Ear) -> None:
    """Chalk-white patches, often a crescent around the umbo."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    place = _pick_place(rng, ("anterior", "posterior", "inferior"))
    cu, cv = _PLACES[place]
    extent = rng.uniform(0.2, 0.45)
    arc = np.abs(np.hypot(u, v) - rng.uniform(0.5, 0.65)) - extent * 0.42
    near = np.hypot(u - cu, v - cv) - extent * 1.25
    patch = f32(np.maximum(arc, near)) + 0.07 * noise("cloud", u, v, rng, 0.5)
    mask = smoothstep(0.05, -0.05, f32(patch)) * rng.uniform(0.65, 1.0)
    canvas.paint(
        f32(mask),
        mix(
            ear.tone(240, 232, 215),
            ear.tone(225, 200, 160),
            smoothstep(-1, 2, noise("cloud", u, v, rng)),
        ),
    )
    canvas.lift(f32(0.02 * mask))
    ear.seen.append(Observation("plaque", None, _size_name(extent, 0.27, 0.37), place))


def _wax(ear: _Ear) -> None:
    """Lumps of wax on the canal's wall, which may lap over the drum's lower or hind part."""
    rng, canvas, view = ear.rng, ear.canvas, ear.view
    x, y = canvas.x, canvas.y
    angle = rng.uniform(0.5, 5.2)
    extent = rng.uniform(0.18, 0.5)
    reach = view.radius * rng.uniform(0.95, 1.25) + extent * 0.75
    home = (
        float(np.clip(view.centre[0] + reach * np.cos(angle), -0.65, 0.65)),
        float(np.clip(view.centre[1] + reach * np.sin(angle), -0.65, 0.65)),
    )
    lump = np.full_like(x, 9)
    for _ in range(int(rng.integers(2, 5))):
        spot = (home[0] + rng.normal(0, extent * 0.45), home[1] + rng.normal(0, extent * 0.45))
        part = sd_ellipse(
            x,
            y,
            spot,
            (extent * rng.uniform(0.4, 0.8), extent * rng.uniform(0.3, 0.6)),
            rng.uniform(0, 3),
        )
        lump = smooth_min(lump, part, 0.12)
    lump = f32(
        lump + extent * (0.15 * noise("soft", x, y, rng, 2) + 0.09 * noise("cloud", x, y, rng, 1.6))
    )
    mask = smoothstep(0.015, -0.025, lump)
    tone = np.asarray(_WAX_TONES[int(rng.integers(len(_WAX_TONES)))], np.float32)
    dark = np.asarray(srgb(105, 55, 22), np.float32)
    albedo = mix(
        tone, f32((tone + dark) / 2), smoothstep(-0.5, 1.5, noise("cloud", x, y, rng, 1.5))
    )
    rise = 0.22 * np.sqrt(np.clip(-lump, 0, 0.4)) + 0.03
    rough = 1 + 0.02 * noise("cloud", x, y, rng, 2.5)
    canvas.cover(mask, albedo, f32(canvas.depth * (1 - rise) * rough), rng.uniform(0.3, 1.0))
    ear.seen.append(Observation("wax", None, _size_name(extent, 0.26, 0.38)))


def _hyphae(ear: _Ear) -> None:
    """Fungus: a damp whitish felt with filaments, and black or yellow spore heads."""
    rng, canvas, view = ear.rng, ear.canvas, ear.view
    x, y = canvas.x, canvas.y
    angle = rng.uniform(0, 2 * np.pi)
    home = (
        view.centre[0] + 0.9 * view.radius * np.cos(angle),
        view.centre[1] + 0.9 * view.radius * np.sin(angle),
    )
    near = f32(np.exp(-((x - home[0]) ** 2 + (y - home[1]) ** 2) * (1 / rng.uniform(0.12, 0.5))))
    felt = smoothstep(-0.1, 1.1, f32(noise("cloud", x, y, rng, 1.5) + 2.2 * near - 1.3))
    tone = (srgb(225, 220, 205), srgb(200, 190, 150), srgb(160, 155, 140))[int(rng.integers(3))]
    felt = f32(felt * (1 - rng.uniform(0.7, 1.0) * _on_handle(ear)))
    canvas.paint(f32(0.85 * felt), tone)
    canvas.lift(f32(felt * (0.04 + 0.02 * noise("cloud", x, y, rng, 3))))
    canvas.moisten(felt, 0.6)
    threads = _threads(ear, home)
    canvas.paint(f32(threads * rng.uniform(0.5, 0.95)), srgb(240, 238, 228))
    spores = smoothstep(1.5, 2.1, noise("grain", x, y, rng, 0.35)) * smoothstep(0.15, 0.6, near)
    dark = rng.random() < 0.65
    canvas.paint(f32(spores * 0.9), srgb(22, 20, 18) if dark else srgb(190, 150, 60))
    ear.seen.append(Observation("hyphae"))


def _on_handle(ear: _Ear) -> Array:
    """1 on the malleus, 0 away from it: fungus seldom grows over it, and the side is read there."""
    away = sd_capsule(ear.u, ear.v, ear.knob, ear.umbo, 0.1, 0.1)
    return smoothstep(0.25, 0.0, away)


def _threads(ear: _Ear, home: tuple[float, float]) -> Array:
    rng = ear.rng
    lines: list[tuple[list[Point], float]] = []
    for _ in range(int(rng.integers(20, 70))):
        start = np.asarray(home) + rng.normal(0, 0.28, 2)
        knots = [start, start + rng.normal(0, 0.1, 2), start + rng.normal(0, 0.16, 2)]
        points = bezier([(float(a), float(b)) for a, b in knots], 5)
        lines.append((points, rng.uniform(0.004, 0.009)))
    return strokes(ear.size, lines)


def _retraction(ear: _Ear) -> None:
    """The drum drawn in: folds stretched over the incus and a shaded hollow behind."""
    rng, u, v, canvas = ear.rng, ear.u, ear.v, ear.canvas
    pocket = bell(np.hypot(u + 0.4, v + 0.42), rng.uniform(0.3, 0.5))
    canvas.lift(f32(-rng.uniform(0.06, 0.2) * pocket))
    canvas.stain(f32(pocket * rng.uniform(0.3, 0.8)), (0.5, 0.42, 0.38))
    stretch = bell(f32(np.hypot(u, v) - rng.uniform(0.55, 0.75)), 0.04) * smoothstep(0.2, -0.5, u)
    canvas.paint(f32(0.5 * stretch), ear.tone(220, 205, 185))
    ear.seen.append(Observation("retraction"))


_ON_DRUM: dict[str, Callable[[_Ear], None]] = {
    "retraction": _retraction,
    "perforation": _perforation,
    "redness": _redness,
    "effusion": _effusion,
    "plaque": _plaque,
}
_ON_CANAL: dict[str, Callable[[_Ear], None]] = {"wax": _wax, "hyphae": _hyphae}
_SECOND = {
    "retraction": ("plaque", "effusion", "wax"),
    "perforation": ("plaque", "redness", "wax"),
    "redness": ("wax",),
    "effusion": ("redness", "wax"),
    "plaque": ("wax",),
    "hyphae": ("redness",),
    "wax": ("redness",),
}


def _choose_findings(rng: np.random.Generator, finding: str | None) -> tuple[str, ...]:
    main = finding or FINDINGS[int(rng.choice(len(FINDINGS), p=FINDING_SHARES))]
    if main in _SECOND and rng.random() < 0.15:
        more = _SECOND[main]
        return main, more[int(rng.integers(len(more)))]
    return (main,)


def draw(side: EarSide, rng: np.random.Generator, size: int, finding: str | None = None) -> Scene:
    """Draw an ear.

    Args:
        side: the patient's side.
        rng: draws view, anatomy and findings.
        size: side of the grid in pixels.
        finding: the main finding, drawn at random where None.
    """
    chosen = _choose_findings(rng, finding)
    ear = _Ear(rng, size, random_view(rng), chosen[0])
    _middle_ear(ear)
    if rng.random() < 0.4:
        ear.canvas.albedo = with_vessels(ear.canvas.albedo, ear.u, ear.v, rng, 0.35, 0.5)
    for name in reversed(chosen):
        if name in ("redness", "effusion"):
            _ON_DRUM[name](ear)
    _malleus(ear)
    for name in chosen:
        if name in ("retraction", "plaque", "perforation"):
            _ON_DRUM[name](ear)
    _cone_of_light(ear)
    _annulus(ear)
    _canal(ear)
    _stains(ear, 0.22)
    _flakes(ear, 0.4)
    for name in chosen:
        if name in _ON_CANAL:
            _ON_CANAL[name](ear)
    _hairs(ear, 0.4)
    order = {name: place for place, name in enumerate(chosen)}
    seen = tuple(sorted(ear.seen, key=lambda observation: order[observation.key]))
    scene = ear.canvas.scene(Facts("ear-right", seen), ear.view.focus)
    return scene if side == "right" else scene.mirrored(Facts("ear-left", seen))
