"""What is seen between open cords: the dark, or the wall of the trachea in the scope's light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.larynx_parts import Edges, Palette, between
from entdemo.phantom.larynx_shape import Local, Shape, View
from entdemo.phantom.layers import Layers, blend
from entdemo.phantom.shapes import f32, smoothstep
from entdemo.phantom.tissue import srgb

Array = NDArray[np.float32]

_LIT = 0.45
"""Share of wide gaps in which the trachea's wall is lit, as flexible scopes show it."""


def sink_gap(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    edges: Edges,
    rng: np.random.Generator,
) -> None:
    """The glottis: subglottic wall and tracheal rings that vanish into the dark."""
    wide = shape.gap > 0.12 and not shape.lens and view.name != "close"
    if wide and rng.random() < _LIT:
        _light_trachea(layers, local, shape, view, palette, edges, rng)
        return
    v = local.v
    near = view.name == "close"
    inward = np.clip(-edges.beyond / max(shape.gap, 0.03), 0, 1)
    rings = np.sin(v * float(rng.uniform(14, 30)) + float(rng.uniform(-4, 4)) * local.u**2)
    fall = float(rng.uniform(0.3, 2.2) if near else rng.uniform(1.0, 3.0))
    run = 0.2 + fall * np.clip(v + 0.1, 0.1, 1.4) + 0.3 * inward + 0.02 * rings
    depth = np.maximum(view.distance + view.length * run, layers.depth + 0.6)
    deep = rng.uniform(0.25, 0.6) if rng.random() < 0.4 else rng.uniform(0.03, 0.25)
    light = float(rng.uniform(0.15, 1.2) if near else deep)
    reach = float(rng.uniform(0.5, 1.3))
    shade = light * (0.85 + 0.15 * rings) * smoothstep(reach, -0.1, v) * (1.1 - 0.5 * inward)
    wall = blend(layers.albedo, palette.flush, np.float32(0.6) * edges.gap)
    layers.cover(edges.gap, wall * f32(shade + 0.015), f32(depth), 0.15)


def _light_trachea(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    edges: Edges,
    rng: np.random.Generator,
) -> None:
    """A tan tube with rings around a dark end that lies anywhere in the gap or beyond it."""
    end = (float(rng.normal(0, 0.4)) * shape.gap, float(rng.uniform(0.4, 1.0)))
    dark = shape.gap * float(rng.uniform(0.15, 0.6))
    flat = float(rng.uniform(0.5, 1.0)) * shape.gap * 2.5
    away = np.hypot(local.u - end[0], (local.v - end[1]) * flat) * (1 / dark)
    inside = np.log(away + 0.4)  # equal rings look closer together the farther they are
    rings = np.sin(inside * float(rng.uniform(9, 20)) + float(rng.uniform(0, 6.3)))
    lit = smoothstep(float(rng.uniform(0.3, 1.0)), float(rng.uniform(1.4, 3.0)), f32(away))
    light = float(rng.uniform(0.5, 1.6))
    ribbed = 1 + float(rng.uniform(0.05, 0.4)) * rings
    tan = between(srgb(206, 152, 104), srgb(180, 104, 82), rng.random())
    tone = between(tan, palette.base, float(rng.uniform(0.0, 0.5)))
    wall = blend(layers.albedo, tone, np.float32(0.9) * edges.gap)
    run = 0.5 + 1.2 / (0.6 + np.minimum(away, 4.0))
    depth = np.maximum(view.distance + view.length * run, layers.depth + 0.15)
    layers.cover(edges.gap, wall * f32(light * ribbed * lit + 0.015), f32(depth), 0.3)
