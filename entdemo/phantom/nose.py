"""The nose as endoscopy shows it, with what can be wrong in it.

All is drawn for the right side, whose septum is on the picture's right; the left side is its
mirror image.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from entdemo.phantom.canvas import Canvas
from entdemo.phantom.facts import Facts, Observation
from entdemo.phantom.nose_back import draw_back
from entdemo.phantom.nose_cavity import draw_cavity
from entdemo.phantom.nose_passage import draw_passage
from entdemo.phantom.scene import Scene

NoseSide = Literal["right", "left"]

FINDINGS = (
    "normal",
    "deviation",
    "spur",
    "pallor",
    "swelling",
    "polyp",
    "discharge",
    "synechia",
    "epistaxis",
    "nasopharynx",
    "adenoid",
    "mass",
)
FINDING_SHARES = (0.2, 0.1, 0.07, 0.08, 0.1, 0.11, 0.09, 0.03, 0.03, 0.06, 0.08, 0.05)

_SECOND = {
    "deviation": ("swelling", "discharge", "pallor"),
    "spur": ("swelling", "discharge"),
    "pallor": ("swelling", "discharge"),
    "swelling": ("discharge", "pallor"),
    "polyp": ("discharge", "pallor"),
    "discharge": ("swelling",),
    "epistaxis": ("deviation", "spur"),
    "nasopharynx": ("discharge",),
    "adenoid": ("discharge",),
    "mass": ("discharge",),
}
_AT_THE_BACK = {"nasopharynx", "adenoid", "mass"}
_DOMES_ONLY = _AT_THE_BACK | {"synechia", "epistaxis"}
_FROM_NOSTRIL = 0.08
"""Share of passages that are drawn in depth, from the nostril."""


def _choose_findings(rng: np.random.Generator, finding: str | None) -> tuple[str, ...]:
    main = finding or FINDINGS[int(rng.choice(len(FINDINGS), p=FINDING_SHARES))]
    if main in _SECOND and rng.random() < 0.2:
        more = _SECOND[main]
        return main, more[int(rng.integers(len(more)))]
    return (main,)


def _draw_right(
    rng: np.random.Generator, size: int, chosen: tuple[str, ...]
) -> tuple[Canvas, dict[str, Observation]]:
    if not _DOMES_ONLY.intersection(chosen) and rng.random() < _FROM_NOSTRIL:
        return draw_cavity(rng, size, chosen)
    at_the_back = _AT_THE_BACK.intersection(chosen)
    domes, seen = (draw_back if at_the_back else draw_passage)(rng, size, chosen)
    return domes.canvas, seen


def draw(side: NoseSide, rng: np.random.Generator, size: int, finding: str | None = None) -> Scene:
    """Draw a nose.

    Args:
        side: the patient's side.
        rng: draws anatomy, view and findings.
        size: side of the grid in pixels.
        finding: the main finding, drawn at random where None.
    """
    chosen = _choose_findings(rng, finding)
    canvas, seen = _draw_right(rng, size, chosen)
    observations = tuple(seen[name] for name in chosen if name in seen)
    scene = canvas.scene(Facts("nose-right", observations))
    return scene if side == "right" else scene.mirrored(Facts("nose-left", observations))
