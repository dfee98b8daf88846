"""Where the scope stands and how the larynx in front of it is built.

Local coordinates: one unit is the length of the glottis; v runs from 0 at the anterior
commissure to 1 at the posterior commissure, u across it, the patient's right at u < 0. At turn 0
the anterior commissure is at the bottom of the picture, as in rigid laryngoscopy of a patient who
faces the examiner; seen from above the handedness never changes, so a view that is turned upside
down shows the patient's right cord on the picture's right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.layers import swell
from entdemo.phantom.scene import Focus
from entdemo.phantom.shapes import f32, grid, rotate

Array = NDArray[np.float32]
State = Literal["open", "closed"]
ViewName = Literal["high", "near", "close"]

VIEWS: tuple[ViewName, ...] = ("high", "near", "close")
_VIEW_WEIGHTS = {"open": (0.49, 0.39, 0.12), "closed": (0.57, 0.38, 0.05)}

# Length of the glottis in disc radii, its foreshortening, and its distance from the tip.
_LENGTHS = {"high": (0.2, 0.46), "near": (0.42, 0.9), "close": (1.2, 3.2)}
_SQUASHES = {"high": (0.55, 1.05), "near": (0.7, 1.1), "close": (0.72, 1.1)}
_DISTANCES = {"high": (1.8, 2.6), "near": (1.4, 2.1), "close": (0.8, 1.2)}


@dataclass(frozen=True)
class View:
    """The scope's pose.

    Attributes:
        name: kind of view.
        length: length of the glottis in disc radii.
        centre: picture place of the middle of the glottis.
        turn: clockwise rotation of the picture in radians.
        squash: foreshortening of v, 1 when seen straight from above.
        taper: perspective, positive where the posterior end is nearer and larger.
        distance: depth of the cords in disc radii.
        relief: how strongly heights show.
        tilt: slope of the whole scene along x and y, as shares of the distance.
    """

    name: ViewName
    length: float
    centre: tuple[float, float]
    turn: float
    squash: float
    taper: float
    distance: float
    relief: float
    tilt: tuple[float, float]

    @property
    def scale(self) -> float:
        """Disc radii of depth for one local unit of height."""
        return 0.7 * self.length * self.distance * self.relief

    @property
    def focus(self) -> Focus:
        """The glottis; in close views, which do not hold all of it, its front end."""
        run = 0.5 * self.length * self.squash
        if self.name != "close":
            return Focus(*self.centre, run)
        (x, y), along = self.centre, _posterior(self.turn)
        return Focus(x + (0.3 - run) * along[0], y + (0.3 - run) * along[1], 0.3)


def _posterior(turn: float) -> tuple[float, float]:
    """Unit vector on the picture from the front of the glottis to its back."""
    return float(np.sin(turn)), -float(np.cos(turn))


def sample_view(state: State, rng: np.random.Generator) -> View:
    """Draw a pose; surgical close views are commoner with open cords."""
    name = VIEWS[int(rng.choice(len(VIEWS), p=_VIEW_WEIGHTS[state]))]
    spread = {"high": 0.3, "near": 0.18, "close": 0.2}[name]
    upside_down = rng.random() < (0.6 if name == "close" else 0.35)
    turn = float(rng.normal(0, 0.5 if name == "close" else 0.25) + (np.pi if upside_down else 0))
    length, squash = float(rng.uniform(*_LENGTHS[name])), float(rng.uniform(*_SQUASHES[name]))
    if name == "near" and rng.random() < 0.25:  # the tip hangs right above the glottis
        length *= 1.45
    centre = (_offset(spread, rng), _offset(spread, rng))
    if name == "close":
        centre = _behind_apex(turn, length * squash, rng)
    elif upside_down:  # a flexible scope hangs behind and sees the backs of the arytenoids
        aside, ahead = _offset(spread, rng), float(rng.uniform(-0.05, 0.5))
        along = _posterior(turn)
        centre = (-ahead * along[0] - aside * along[1], -ahead * along[1] + aside * along[0])
    return View(
        name=name,
        length=length,
        centre=centre,
        turn=turn,
        squash=squash,
        taper=float(rng.uniform(-0.1, 0.28)),
        distance=float(rng.uniform(*_DISTANCES[name])),
        relief=float(rng.uniform(0.75, 1.25)),
        tilt=(float(rng.normal(0, 0.14)), float(rng.normal(0, 0.14))),
    )


def _behind_apex(turn: float, run: float, rng: np.random.Generator) -> tuple[float, float]:
    """The glottis' middle when its anterior commissure lies in view, opposite to its run."""
    along = _posterior(turn)
    apex = float(rng.uniform(-0.1, 0.6))
    aside = float(np.clip(rng.normal(0, 0.36), -0.5, 0.5))
    return (
        (0.5 * run - apex) * along[0] - aside * along[1],
        (0.5 * run - apex) * along[1] + aside * along[0],
    )


def _offset(spread: float, rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(0, spread), -0.55, 0.55))


@dataclass(frozen=True)
class Local:
    """Coordinates of every pixel.

    Attributes:
        x, y: [S, S] picture coordinates.
        u, v: [S, S] local coordinates, slightly warped so that nothing is ruler-straight.
        soft: half a pixel's blur in local units, the least width of an edge.
    """

    x: Array
    y: Array
    u: Array
    v: Array
    soft: float


def local_grid(view: View, size: int, rng: np.random.Generator) -> Local:
    """Local coordinates of a [size, size] picture."""
    x, y = grid(size)
    u, v = rotate(x - view.centre[0], y - view.centre[1], view.turn)
    u, v = u * (1 / view.length), v * (-1 / (view.length * view.squash))
    u = u / (1 + view.taper * np.clip(v, -1.5, 1.8))
    bend = float(np.clip(rng.uniform(0.006, 0.018) / view.length, 0.006, 0.04))
    u, v = u + bend * swell(size, rng, 5), v + bend * swell(size, rng, 5)
    soft = max(0.012, 1.6 / size / view.length)
    return Local(x=x, y=y, u=f32(u), v=f32(v + 0.5), soft=soft)


@dataclass(frozen=True)
class Leaf:
    """The epiglottis, in local units.

    Attributes:
        place: v of its rim on the midline.
        curve, power: the rim bends towards the cords by curve * |u|^power.
        height: how far its rim stands above the cords.
        half: half its width.
        thick: how far its front slopes away.
        skew: slant of the rim.
    """

    place: float
    curve: float
    power: float
    height: float
    half: float
    thick: float
    skew: float


@dataclass(frozen=True)
class Shape:
    """Sizes of the larynx in local units; index 0 is the patient's right, 1 the left.

    Attributes:
        gap: half-width of the glottis at its widest, 0 when closed.
        lens: the gap is the slim lens of phonation rather than a triangle.
        chink: half-width of a posterior chink of closed cords.
        hourglass: half-width of the chinks on both sides of closed nodules.
        bow: power of the triangle's sides, below 1 when the cords are bowed.
        cord: visible width of each true cord.
        belly: width of the cords at their ends as a share of that in the middle.
        bulge: extra height of each true cord (swelling).
        ventricle: strength of the dark line beside each cord, 0 when obliterated.
        false_width, false_height: of the false cords.
        ring: half-axes of the inlet that the aryepiglottic folds form.
        ring_height: height of those folds.
        bump: height of the arytenoids.
        bump_size: radius of the arytenoids.
        spread: distance of each arytenoid from the midline.
        epiglottis: the plate in front.
        petiole: height of the bump above the anterior commissure.
        back: height of the posterior wall.
    """

    gap: float
    lens: bool
    chink: float
    hourglass: float
    bow: float
    cord: tuple[float, float]
    belly: float
    bulge: tuple[float, float]
    ventricle: tuple[float, float]
    false_width: float
    false_height: float
    ring: tuple[float, float]
    ring_height: float
    bump: float
    bump_size: float
    spread: tuple[float, float]
    epiglottis: Leaf
    petiole: float
    back: float


def _gap(state: State, view: View, rng: np.random.Generator) -> tuple[float, bool]:
    """Half-width of the glottis and whether it is a lens; small ones stay wide enough to see."""
    if state == "closed":
        return 0.0, False
    least = 0.045 / view.length
    if rng.random() < 0.18:
        return max(least, float(rng.uniform(0.07, 0.15))), True
    slim = rng.random() < 0.2
    return max(least, float(rng.uniform(0.11, 0.2) if slim else rng.uniform(0.2, 0.48))), False


def sample_shape(state: State, view: View, rng: np.random.Generator) -> Shape:
    """Draw a normal larynx; findings change it afterwards."""
    gap, lens = _gap(state, view, rng)
    cord = float(rng.uniform(0.16, 0.32) if view.name == "close" else rng.uniform(0.08, 0.2))
    posterior = 0.0 if lens else gap
    near = rng.uniform(0.12, 0.2) + posterior * 0.9
    return Shape(
        gap=gap,
        lens=lens,
        chink=_chink(state, rng),
        hourglass=0.0,
        bow=float(rng.uniform(0.65, 1.15)),
        cord=(cord * float(rng.uniform(0.85, 1.15)), cord * float(rng.uniform(0.85, 1.15))),
        belly=float(rng.uniform(0.45, 0.8)),
        bulge=(0.0, 0.0),
        ventricle=(float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.5, 1.0))),
        false_width=float(rng.uniform(0.22, 0.42)),
        false_height=float(rng.uniform(0.1, 0.24)),
        ring=(float(rng.uniform(0.7, 1.0)) + 0.3 * gap, float(rng.uniform(0.8, 1.05))),
        ring_height=float(rng.uniform(0.25, 0.5)),
        bump=float(rng.uniform(0.35, 0.85)),
        bump_size=float(rng.uniform(0.16, 0.26)),
        spread=(near * float(rng.uniform(0.85, 1.15)), near * float(rng.uniform(0.85, 1.15))),
        epiglottis=_epiglottis(rng),
        petiole=float(rng.uniform(0.0, 0.25)),
        back=float(rng.uniform(-0.3, 0.7)),
    )


def _chink(state: State, rng: np.random.Generator) -> float:
    return float(rng.uniform(0.005, 0.022)) if state == "closed" and rng.random() < 0.25 else 0.0


def _epiglottis(rng: np.random.Generator) -> Leaf:
    return Leaf(
        place=float(rng.uniform(-0.7, -0.35)),
        curve=float(rng.uniform(0.05, 0.7)),
        power=float(rng.uniform(1.6, 2.6)),
        height=float(rng.uniform(0.3, 0.75)),
        half=float(rng.uniform(0.75, 1.2)),
        thick=float(rng.uniform(0.15, 0.5)),
        skew=float(rng.normal(0, 0.12)),
    )
