"""Draws the throat: through the mouth, or close to the posterior wall and the tongue's base."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Facts, Observation
from entdemo.phantom.layers import Layers
from entdemo.phantom.scene import Scene
from entdemo.phantom.throat_mouth import (
    draw_blade,
    draw_droplets,
    draw_exudate,
    draw_face,
    draw_lip,
    draw_pillars,
    draw_roof,
    draw_teeth,
    draw_tongue,
    draw_tonsil,
    draw_velum,
)
from entdemo.phantom.throat_shape import (
    Local,
    Palette,
    Throat,
    has_side,
    local_grid,
    sample_observations,
    sample_palette,
    sample_throat,
)
from entdemo.phantom.throat_wall import draw_base, draw_granules, draw_mucus, open_tube, paint_wall

Array = NDArray[np.float32]


def draw(rng: np.random.Generator, size: int) -> Scene:
    """A throat with findings drawn at random; sides are the patient's (right = picture's left)."""
    scenery, observations = sample_observations(rng)
    throat = sample_throat(scenery, observations, rng)
    keys = {seen.key for seen in observations}
    palette = sample_palette("redness" in keys, rng)
    local = local_grid(throat, size, rng)
    layers = Layers.wall(size, palette.base, throat.wall, float(rng.uniform(0.2, 0.7)))
    paint_wall(layers, local, throat, palette, rng)
    mucosa = layers.albedo
    if scenery != "mouth":
        open_tube(layers, local, throat, rng)
    if scenery == "wall" and rng.random() < 0.5:
        _hang_velum(layers, local, throat, palette, rng)
    if "granules" in keys:
        draw_granules(layers, local, throat, palette, rng)
    if "mucus" in keys and scenery != "base":
        draw_mucus(layers, local, rng)
    if scenery == "mouth":
        _draw_mouth(layers, local, throat, palette, observations, mucosa, rng)
    elif scenery == "base":
        draw_base(layers, local, throat, palette, rng)
        if "mucus" in keys:
            draw_mucus(layers, local, rng)
    scene = layers.scene(Facts("throat", observations))
    return replace(scene, camera="photograph" if throat.photograph else "pharyngoscope")


def _hang_velum(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The velum's edge at the top of a close view, the uvula often out of the picture."""
    wide = replace(throat, fauces=(throat.fauces[0] * 1.7, throat.fauces[1]), inner=(1.0, 1.0))
    lowered = replace(local, v=local.v + float(rng.uniform(0.0, 0.4)))
    draw_velum(layers, lowered, wide, palette, False, rng)


def _draw_mouth(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    observations: tuple[Observation, ...],
    mucosa: Array,
    rng: np.random.Generator,
) -> None:
    swollen = any(seen.key == "uvula" for seen in observations)
    draw_velum(layers, local, throat, palette, swollen, rng)
    depth = layers.depth
    exudate = next((seen for seen in observations if seen.key == "exudate"), None)
    for right in (True, False):
        mask = draw_tonsil(layers, local, throat, palette, right, rng)
        if exudate is not None and has_side(exudate.side, right):
            draw_exudate(layers, local, mask, rng)
    draw_pillars(layers, local, throat, mucosa, depth, rng)
    draw_tongue(layers, local, throat, palette, rng)
    if throat.blade != "none":
        draw_blade(layers, local, throat, rng)
    draw_droplets(layers, local, throat, rng)
    if throat.scale < 0.78:
        draw_face(layers, local, rng)
        return
    if throat.photograph and rng.random() < 0.45:
        draw_roof(layers, local, rng)
    if throat.photograph and rng.random() < 0.25:
        draw_lip(layers, local, rng)
    if throat.scale < 1.0 and rng.random() < 0.3:
        draw_teeth(layers, local, throat, rng)
