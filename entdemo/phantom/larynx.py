"""Draws the larynx with open or closed vocal cords."""

from __future__ import annotations

import numpy as np

from entdemo.phantom.facts import Facts, Observation
from entdemo.phantom.larynx_epiglottis import draw_plate, sample_plate
from entdemo.phantom.larynx_findings import (
    Lesion,
    draw_lesions,
    draw_mucus,
    edge_insets,
    redden,
    reshape,
    sample_lesions,
    sample_observations,
    swell_colour,
)
from entdemo.phantom.larynx_gap import sink_gap
from entdemo.phantom.larynx_inlet import (
    plane_of,
    pool_mucus,
    raise_mounds,
    raise_pharynx,
    sample_inlet,
    shade_hollows,
)
from entdemo.phantom.larynx_parts import (
    Edges,
    Palette,
    draw_cords,
    draw_folds,
    draw_meeting,
    find_edges,
    paint_mucosa,
    raise_arytenoids,
    raise_epiglottis,
    raise_inlet,
    sample_palette,
)
from entdemo.phantom.larynx_shape import (
    Local,
    Shape,
    State,
    View,
    local_grid,
    sample_shape,
    sample_view,
)
from entdemo.phantom.larynx_surgery import (
    draw_blood,
    draw_bulge,
    draw_instrument,
    draw_laryngoscope,
    draw_tube,
)
from entdemo.phantom.layers import Layers
from entdemo.phantom.scene import Scene
from entdemo.phantom.shapes import f32


def draw(state: State, rng: np.random.Generator, size: int) -> Scene:
    """A larynx seen from above with its cords in ``state``, class ``vc-open`` or ``vc-closed``.

    Open cords leave a dark gap of at least about 0.14 of the glottis' length; closed ones meet in
    a line, with at most a small chink.
    """
    view = sample_view(state, rng)
    observations = sample_observations(view, rng)
    shape = reshape(sample_shape(state, view, rng), observations, rng)
    palette = _palette(observations, rng)
    local = local_grid(view, size, rng)
    layers = Layers.wall(size, palette.base, view.distance, float(rng.uniform(0.2, 1.0)))
    if view.name == "close":
        _draw_close(layers, local, shape, view, palette, observations, rng)
    else:
        _draw_high(layers, local, shape, view, palette, observations, rng)
    slope = view.tilt[0] * local.x + view.tilt[1] * local.y
    layers.raise_by(f32(view.distance * slope))
    return layers.scene(Facts(f"vc-{state}", observations), view.focus)


def _palette(observations: tuple[Observation, ...], rng: np.random.Generator) -> Palette:
    palette = sample_palette(rng)
    keys = {seen.key for seen in observations}
    if "oedema" in keys:
        palette = swell_colour(palette, rng)
    return redden(palette, rng) if "redness" in keys else palette


def _draw_high(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    observations: tuple[Observation, ...],
    rng: np.random.Generator,
) -> None:
    """The whole larynx with the pharynx around it and the epiglottis in front."""
    plane, inlet = plane_of(local, view), sample_inlet(view, shape, rng)
    paint_mucosa(layers, local, view, palette, rng)
    raise_pharynx(layers, plane, inlet, view, palette, rng)
    edges = _draw_glottis(layers, local, shape, view, palette, observations, rng)
    raise_mounds(layers, plane, inlet, shape, view, palette, rng)
    if any(seen.key == "mucus" for seen in observations):
        draw_mucus(layers, local, view, edges, rng)
        pool_mucus(layers, plane, inlet, view, rng)
    shade_hollows(layers, view, rng)
    draw_plate(layers, plane, sample_plate(view, rng), view, palette, rng)


def _draw_close(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    observations: tuple[Observation, ...],
    rng: np.random.Generator,
) -> None:
    """The cords alone, as in microsurgery, with what that brings in."""
    paint_mucosa(layers, local, view, palette, rng)
    raise_inlet(layers, local, shape, view, rng)
    raise_epiglottis(layers, local, shape, view, palette, rng)
    edges = _draw_glottis(layers, local, shape, view, palette, observations, rng)
    raise_arytenoids(layers, local, shape, view, palette, rng)
    _operate(layers, local, shape, view, palette, edges, rng)
    if any(seen.key == "mucus" for seen in observations):
        draw_mucus(layers, local, view, edges, rng)


def _draw_glottis(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    observations: tuple[Observation, ...],
    rng: np.random.Generator,
) -> Edges:
    lesions: tuple[Lesion, ...] = sample_lesions(observations, rng)
    oedema = next((seen for seen in observations if seen.key == "oedema"), None)
    edges = find_edges(local, shape, edge_insets(lesions, local, oedema))
    draw_folds(layers, local, shape, view, edges)
    draw_cords(layers, local, shape, view, palette, edges, rng)
    draw_meeting(layers, local, edges, float(rng.uniform(0.6, 0.95)))
    sink_gap(layers, local, shape, view, palette, edges, rng)
    draw_lesions(layers, local, view, edges, palette, lesions, rng)
    return edges


def _operate(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    edges: Edges,
    rng: np.random.Generator,
) -> None:
    """Add what surgery brings in; no finding, so the facts stay as they are."""
    if rng.random() < 0.3:
        draw_bulge(layers, local, view, edges, palette, rng)
    if rng.random() < 0.4:
        draw_blood(layers, local, edges, rng)
    if shape.gap > 0.15 and not shape.lens and rng.random() < 0.7:
        draw_tube(layers, local, shape, view, edges, rng)
    if rng.random() < 0.45:
        draw_laryngoscope(layers, local, view, rng)
    if rng.random() < 0.25:
        draw_instrument(layers, local, view, rng)
