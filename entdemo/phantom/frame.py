"""One drawn frame from a seed: anatomy, light, lens and captions together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom import ear, larynx, nose, throat
from entdemo.phantom.captions import caption
from entdemo.phantom.facts import Facts
from entdemo.phantom.framing import Style
from entdemo.phantom.lens import STYLES, expose, random_style
from entdemo.phantom.light import shade
from entdemo.phantom.scene import Scene
from entdemo.taxonomy import CLASSES

GRID = 224
"""Side of the grid on which scenes are drawn; frames are enlarged from it."""


@dataclass(frozen=True)
class Phantom:
    """A drawn frame and what is known about it.

    Attributes:
        rgb: [H, W, 3] uint8 sRGB.
        facts: class and findings that are drawn.
        style: how the frame is framed and coloured.
        caption_en, caption_vi: a report's sentence in English and Vietnamese.
        seed: the seed that draws it again.
    """

    rgb: NDArray[np.uint8]
    facts: Facts
    style: Style
    caption_en: str
    caption_vi: str
    seed: int


def draw_scene(class_name: str, rng: np.random.Generator, size: int = GRID) -> Scene:
    """The surfaces of a class, with findings drawn at random."""
    if class_name == "throat":
        return throat.draw(rng, size)
    if class_name.startswith("vc-"):
        scene = larynx.draw("open" if class_name == "vc-open" else "closed", rng, size)
        return replace(scene, camera="laryngoscope")
    side: Literal["right", "left"] = "right" if class_name.endswith("-right") else "left"
    if class_name.startswith("nose-"):
        return replace(nose.draw(side, rng, size), camera="rhinoscope")
    return replace(ear.draw(side, rng, size), camera="otoscope")


def draw(seed: int, class_name: str | None = None, style: str | None = None) -> Phantom:
    """Draw a frame; the same arguments give the same frame on one machine.

    Args:
        seed: 0 or more.
        class_name: a class of ``taxonomy.CLASSES``; None takes ``seed % 7``.
        style: ``disc``, ``square``, ``closeup`` or ``grey``; None draws one.

    Raises:
        ValueError: on an unknown class or style.
    """
    name = class_name or CLASSES[seed % len(CLASSES)]
    if name not in CLASSES:
        raise ValueError(f"unknown class {name!r}, expected one of {', '.join(CLASSES)}")
    rng = np.random.default_rng([seed, CLASSES.index(name)])
    scene = draw_scene(name, rng)
    drawn = random_style(scene.camera, rng)
    chosen = _style(style) if style else drawn
    rgb = expose(shade(scene, rng), chosen, rng, scene.camera, scene.focus)
    return Phantom(
        rgb=rgb,
        facts=scene.facts,
        style=chosen,
        caption_en=caption(scene.facts, "en", rng),
        caption_vi=caption(scene.facts, "vi", rng),
        seed=seed,
    )


def _style(name: str) -> Style:
    for style in STYLES:
        if style == name:
            return style
    raise ValueError(f"unknown style {name!r}, expected one of {', '.join(get_args(Style))}")
