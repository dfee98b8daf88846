"""What surgery brings into a close view of the larynx: tube, laryngoscope, instrument, blood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.larynx_parts import Edges, Palette, between
from entdemo.phantom.larynx_shape import Local, Shape, View
from entdemo.phantom.layers import Layers, blend, planes
from entdemo.phantom.shapes import bell, f32, sd_capsule, sd_ellipse, smoothstep
from entdemo.phantom.tissue import Colour, noise, srgb, vessels

Array = NDArray[np.float32]

_TUBES = (
    srgb(250, 246, 236),
    srgb(226, 218, 200),
    srgb(132, 128, 108),
    srgb(96, 94, 88),
    srgb(188, 186, 178),
)
_BLADES = (srgb(128, 118, 92), srgb(106, 98, 82), srgb(156, 146, 122), srgb(84, 82, 78))
_SWABS = (srgb(245, 243, 236), srgb(228, 214, 196), srgb(216, 168, 150))
_STEELS = (srgb(40, 40, 42), srgb(150, 150, 152), srgb(120, 112, 96))


def _pick(tones: tuple[Colour, ...], rng: np.random.Generator) -> Array:
    return planes(tones[int(rng.integers(len(tones)))])


def draw_tube(
    layers: Layers, local: Local, shape: Shape, view: View, edges: Edges, rng: np.random.Generator
) -> None:
    """A ringed endotracheal tube that lies in the back of the glottis."""
    start = (float(rng.normal(0, 0.04)), float(rng.uniform(0.25, 0.75)))
    end = (float(rng.normal(0, 0.15)), 1.9)
    radius = float(rng.uniform(0.6, 0.9)) * max(shape.gap, 0.15)
    edge = sd_capsule(local.u, local.v, start, end, radius, 1.25 * radius)
    along = f32((local.v - start[1]) + 0.4 * (local.u - start[0]) ** 2 / radius)
    within = np.maximum(edges.gap, smoothstep(0.98, 1.1, local.v))
    mask = f32(smoothstep(local.soft, -local.soft, edge) * within)
    round_ = np.sqrt(np.clip(-edge / radius, 0, 1))
    ribs = 2 * np.sqrt(np.abs(np.sin(along * float(rng.uniform(25, 50))))) - 1
    lit = (0.25 + 0.75 * round_) * (0.7 + 0.3 * ribs) * smoothstep(-0.5, 0.4, along)
    depth = view.distance + view.length * (0.45 - 0.5 * along - 0.25 * round_ - 0.01 * ribs)
    layers.dim(f32(smoothstep(0.12, 0.0, edge) * within * (1 - mask)), 0.5)
    layers.cover(mask, _pick(_TUBES, rng) * f32(lit), f32(depth), float(rng.uniform(0.3, 1.0)))


def draw_laryngoscope(layers: Layers, local: Local, view: View, rng: np.random.Generator) -> None:
    """The grey wall of a laryngoscope around the anterior commissure."""
    arch = float(rng.uniform(-0.4, -0.06))
    bend, skew = float(rng.uniform(0.3, 1.1)), float(rng.normal(0, 0.25))
    over = f32(arch + bend * local.u**2 / (0.3 + np.abs(local.u)) + skew * local.u - local.v)
    mask = smoothstep(-local.soft, 0.03, over)
    grain = noise("grain", local.x, local.y, rng, 0.8)
    stains = smoothstep(0.4, 1.8, noise("cloud", local.x, local.y, rng, 0.6))
    colour = _pick(_BLADES, rng) * (1 + 0.08 * np.clip(grain, -2, 2))
    colour = blend(colour, srgb(110, 70, 56), 0.5 * stains)
    depth = view.distance * (1.0 - 0.45 * smoothstep(0.0, 0.9, over)) + 0.003 * grain
    layers.dim(f32(smoothstep(-0.16, 0.0, over) * (1 - mask)), 0.45)
    layers.cover(mask, colour, f32(depth), 0.25)


def draw_instrument(layers: Layers, local: Local, view: View, rng: np.random.Generator) -> None:
    """A dark or steel shaft that comes in from the rim."""
    angle = float(rng.uniform(0, 2 * np.pi))
    tip = (float(rng.normal(0, 0.35)), float(rng.normal(0, 0.35)))
    far = (tip[0] + 2.5 * float(np.cos(angle)), tip[1] + 2.5 * float(np.sin(angle)))
    radius = float(rng.uniform(0.06, 0.13))
    edge = sd_capsule(local.x, local.y, tip, far, radius * 0.7, radius * 1.5)
    mask = smoothstep(0.012, -0.012, edge)
    shine = bell(edge + 0.6 * radius, 0.2 * radius)
    colour = _pick(_STEELS, rng) * (0.5 + f32(1.2 * shine))
    depth = view.distance * (0.85 - 0.2 * np.hypot(local.x - tip[0], local.y - tip[1]))
    layers.dim(f32(smoothstep(0.1, 0.0, edge) * (1 - mask)), 0.35)
    layers.cover(mask, colour, f32(np.maximum(depth, 0.4)), 0.6)
    if rng.random() < 0.4:
        _draw_swab(layers, local, view, tip, rng)


def _draw_swab(
    layers: Layers, local: Local, view: View, tip: tuple[float, float], rng: np.random.Generator
) -> None:
    """A lump of cotton, or a shred of tissue, that the instrument holds."""
    size = float(rng.uniform(0.1, 0.24))
    lumps = noise("cloud", local.x, local.y, rng, 1.5)
    radii = (size, size * float(rng.uniform(0.5, 1.0)))
    edge = f32(sd_ellipse(local.x, local.y, tip, radii, float(rng.uniform(0, 3))))
    edge = f32(edge + 0.25 * size * lumps)
    mask = smoothstep(0.012, -0.012, edge)
    rise = np.sqrt(np.clip(-edge, 0, size)) * 0.4
    layers.dim(f32(smoothstep(0.08, 0.0, edge) * (1 - mask)), 0.4)
    colour = _pick(_SWABS, rng) * (1 + 0.12 * np.clip(lumps, -2, 2))
    depth = view.distance * (0.8 - rise - 0.01 * lumps)
    layers.cover(mask, f32(np.clip(colour, 0, 1)), f32(np.maximum(depth, 0.4)), 0.3)


def draw_bulge(
    layers: Layers,
    local: Local,
    view: View,
    edges: Edges,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """A false cord that bulges over most of the true cord of its side, with vessels on it."""
    side = float(rng.choice((-1.0, 1.0)))
    centre = (side * float(rng.uniform(0.4, 0.75)), float(rng.uniform(0.0, 0.6)))
    radii = (float(rng.uniform(0.28, 0.5)), float(rng.uniform(0.4, 0.9)))
    edge = f32(sd_ellipse(local.u, local.v, centre, radii, side * float(rng.normal(0.2, 0.25))))
    edge = f32(edge + 0.03 * noise("soft", local.u, local.v, rng, 0.8))
    clear = smoothstep(0.04, 0.1, edges.beyond)
    mask = f32(smoothstep(local.soft, -local.soft, edge) * clear)
    net = vessels(local.x, local.y, rng, "medium", 0.7)
    net = np.maximum(net, 0.8 * vessels(local.x, local.y, rng, "fine", 1.0))
    tone = between(palette.base, palette.pale, float(rng.uniform(-0.2, 0.7)))
    colour = blend(tone, palette.flush, f32(np.clip(2.0 * net, 0, 1) * rng.uniform(0.2, 1.0)))
    rise = float(rng.uniform(0.15, 0.4)) * np.sqrt(np.clip(-edge, 0, 0.4))
    shadow = smoothstep(0.14, 0.0, edge) * (1 - mask) * clear
    layers.dim(f32(shadow), float(rng.uniform(0.2, 0.6)))
    layers.cover(mask, colour, f32(view.distance * (0.97 - rise)), float(rng.uniform(0.3, 0.9)))


def draw_blood(layers: Layers, local: Local, edges: Edges, rng: np.random.Generator) -> None:
    """Streaks of blood along the cords and in the ventricles."""
    streaks = noise("soft", 1.3 * local.u, 0.3 * local.v, rng, float(rng.uniform(1.5, 3.0)))
    rough = noise("cloud", local.u, local.v, rng, 1.5)
    level = float(rng.uniform(0.9, 1.5))
    near = smoothstep(0.6, 0.1, edges.beyond) * (1 - edges.gap)
    film = f32(smoothstep(level, level + 0.4, f32(streaks + 0.3 * rough)) * near)
    tone = between(srgb(150, 16, 20), srgb(96, 8, 12), float(rng.random()))
    layers.paint(tone, float(rng.uniform(0.6, 0.95)) * film)
    layers.moisten(film, 1.0)
