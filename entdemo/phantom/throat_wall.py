"""The throat's walls: posterior wall, granules, mucus, hypopharynx and the tongue's base."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from entdemo.phantom.layers import Layers, blend, mottle, swell, vein
from entdemo.phantom.shapes import bell, bezier, f32, sd_ellipse, sd_polyline, smoothstep
from entdemo.phantom.throat_shape import Local, Palette, Throat, between
from entdemo.phantom.tissue import noise, srgb

Array = NDArray[np.float32]


def paint_wall(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The posterior wall: blotched mucosa with vessels and shallow folds."""
    near = 1.0 if throat.scenery == "mouth" else 0.7
    blotches = float(rng.uniform(0.15, 0.6))
    mottle(layers, local.x, local.y, rng, palette.flush, palette.pale, blotches, near)
    vein(layers, local.x, local.y, rng, float(rng.uniform(0.1, 0.7)), near)
    size = local.u.shape[0]
    height = 0.05 * swell(size, rng, 4) + 0.02 * swell(size, rng, int(rng.integers(8, 16)))
    layers.raise_by(f32(height))


def open_tube(layers: Layers, local: Local, throat: Throat, rng: np.random.Generator) -> None:
    """Side walls that come near and a hypopharynx that sinks away, for close views of the wall."""
    at = (float(rng.normal(0, 0.35)), float(rng.uniform(0.1, 0.9)))
    flat = float(rng.uniform(0.6, 1.4))
    bent = 0.1 * swell(local.u.shape[0], rng, 3)
    away = np.sqrt((local.u - at[0]) ** 2 + ((local.v - at[1]) * flat) ** 2 + 0.02) + bent
    layers.raise_by(f32(0.55 * throat.wall * smoothstep(0.2, 1.5, away)))
    pit = smoothstep(float(rng.uniform(0.35, 0.8)), 0.0, f32(away))
    layers.raise_by(f32(-float(rng.uniform(0.4, 1.8)) * pit))
    layers.dim(pit, float(rng.uniform(0.2, 0.7)))
    fold = np.abs(local.u - at[0] - bent) - float(rng.uniform(0.3, 0.7))
    layers.raise_by(f32(float(rng.uniform(-0.15, 0.2)) * bell(f32(fold), 0.2)))


def draw_granules(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """Lymphoid granules: a dozen or more smooth reddish mounds on the wall."""
    size = local.u.shape[0]
    sheet = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(sheet)
    unit = throat.scale * size
    room = (np.abs(local.u) < 0.5) & (local.v > -0.35) & (local.v < 0.5)
    rows, columns = np.nonzero(room if throat.scenery == "mouth" else np.ones_like(room))
    for place in rng.integers(0, len(rows), int(rng.integers(8, 30))):
        x, y = 2 * float(columns[place]), 2 * float(rows[place])
        radius = unit * float(rng.uniform(0.025, 0.07))
        wide = radius * float(rng.uniform(0.8, 1.5))
        pen.ellipse((x - wide, y - radius, x + wide, y + radius), fill=int(rng.integers(140, 256)))
    soft = sheet.filter(ImageFilter.BoxBlur(unit * 0.016)).resize((size, size))
    mound = f32(np.asarray(soft.filter(ImageFilter.BoxBlur(unit * 0.006))) * (1 / 255))
    layers.raise_by(f32(float(rng.uniform(0.06, 0.11)) * mound))
    tone = between(palette.flush, palette.pale, float(rng.uniform(0.0, 0.9)))
    layers.paint(tone, 0.7 * mound)
    layers.moisten(mound, 0.9)


def draw_base(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """Tongue base, vallecula and epiglottis, often between the tonsils; no glottis in view."""
    size = local.u.shape[0]
    edge = float(rng.uniform(-0.05, 0.5))
    below = f32(local.v - edge + float(rng.normal(0, 0.2)) * local.u**2)
    below = f32(below + 0.05 * swell(size, rng, 6))
    cleft = bell(f32(below + float(rng.uniform(0.05, 0.2))), float(rng.uniform(0.1, 0.35)))
    layers.dim(cleft, float(rng.uniform(0.4, 0.9)))
    layers.raise_by(f32(-0.4 * cleft))
    if rng.random() < 0.35:
        _draw_leaf(layers, local, throat, palette, rng)
    else:
        _draw_tip(layers, local, throat, palette, edge, rng)
    _draw_lumps(layers, local, throat, palette, below, rng)
    if rng.random() < 0.4:
        _draw_flanks(layers, local, throat, palette, rng)


def _draw_lumps(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    below: Array,
    rng: np.random.Generator,
) -> None:
    """The lingual tonsil: a cobbled slope that rises towards the lens."""
    lumps = noise("soft", local.u, local.v, rng, float(rng.uniform(1.3, 3.2)))
    cover = smoothstep(-0.04, 0.12, f32(below + 0.05 * lumps))
    near = float(rng.uniform(0.3, 0.6)) * throat.wall * smoothstep(0.0, 1.0, below)
    depth = throat.wall - 0.3 - 0.2 * smoothstep(0, 0.3, below) - near - 0.06 * lumps
    cobble = between(palette.base, palette.tongue, float(rng.uniform(0.0, 0.8)))
    colour = blend(cobble, palette.flush, 0.6 * smoothstep(0.6, -1.2, lumps))
    colour = blend(layers.albedo, colour, np.float32(rng.uniform(0.4, 0.9)) * cover)
    layers.dim(smoothstep(-0.25, 0.0, below) * (1 - cover), float(rng.uniform(0.3, 0.7)))
    layers.cover(cover, colour, f32(depth), float(rng.uniform(0.3, 0.8)))
    layers.dim(f32(smoothstep(-0.3, -1.4, lumps) * cover), float(rng.uniform(0.0, 0.5)))


def _draw_tip(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    edge: float,
    rng: np.random.Generator,
) -> None:
    """The epiglottis far off behind the tongue: a small pale arch or horned tip."""
    half, high = float(rng.uniform(0.12, 0.42)), float(rng.uniform(0.1, 0.3))
    at, top = float(rng.normal(0, 0.15)), edge - float(rng.uniform(0.0, 0.12))
    foot = half * float(rng.uniform(0.7, 1.3))
    knots = [(at - foot, top + high), (at - half, top - high), (at + half, top - high)]
    arch = sd_polyline(local.u, local.v, bezier([*knots, (at + foot, top + high)], 6))
    thick, soft = float(rng.uniform(0.03, 0.09)), local.soft + float(rng.uniform(0.0, 0.05))
    mask = smoothstep(soft, -soft, f32(arch - thick))
    hollow = f32(smoothstep(0.35, 0.0, arch) * (1 - mask))
    tone = between(palette.pale, srgb(226, 184, 140), float(rng.uniform(0.2, 0.9)))
    layers.dim(hollow, float(rng.uniform(0.3, 0.7)))
    inside = smoothstep(half, 0.5 * half, np.abs(local.u - at))
    inside = f32(inside * smoothstep(top - 0.6 * high, top - 0.2 * high, local.v) * (1 - mask))
    layers.paint(between(tone, palette.flush, 0.6), float(rng.uniform(0.0, 0.8)) * inside)
    depth = throat.wall - 0.5 - 0.12 * smoothstep(thick, 0.0, arch)
    layers.cover(mask, tone, f32(depth), float(rng.uniform(0.3, 0.8)))


def _draw_flanks(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The tonsils at both sides as a scope between them sees them: near, round and pale."""
    for sign in (-1, 1):
        centre = (sign * float(rng.uniform(0.65, 1.1)), float(rng.uniform(-0.75, -0.1)))
        radii = (float(rng.uniform(0.3, 0.5)), float(rng.uniform(0.35, 0.6)))
        lobes = noise("soft", local.u, local.v, rng, float(rng.uniform(1.0, 2.0)))
        edge = f32(sd_ellipse(local.u, local.v, centre, radii) - 0.03 * lobes)
        mask = smoothstep(0.02 + local.soft, -0.02 - local.soft, edge)
        dome = smoothstep(0.0, -0.8 * radii[0], edge)
        tone = between(palette.base, palette.pale, float(rng.uniform(0.3, 1.0)))
        depth = throat.wall * float(rng.uniform(0.5, 0.75)) - 0.4 * dome - 0.02 * lobes
        layers.dim(smoothstep(0.2, 0.0, edge) * (1 - mask), 0.5)
        layers.cover(mask, tone, f32(depth), float(rng.uniform(0.3, 0.8)))


def _draw_leaf(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The epiglottis seen from its tongue side: a pale rim with a dark space behind."""
    half = float(rng.uniform(0.4, 0.9))
    arc = float(rng.uniform(-0.9, 1.1)) * local.u**2
    over = f32(local.v - float(rng.uniform(-0.3, 0.1)) - arc - float(rng.normal(0, 0.1)) * local.u)
    over = f32(over - 0.35 * (local.u * (1 / half)) ** 4)
    reach = smoothstep(1.5 * half, 0.7 * half, np.abs(local.u))
    plate = f32(smoothstep(-0.02, 0.02 + local.soft, over) * reach)
    rim = bell(over - 0.04, float(rng.uniform(0.05, 0.15)))
    tone = between(palette.pale, srgb(232, 184, 150), float(rng.uniform(0.2, 0.8)))
    colour = blend(layers.albedo, tone, f32((0.25 + 0.55 * rim) * plate))
    depth = throat.wall - 0.45 - 0.2 * bell(over - 0.1, 0.3)
    layers.dim(smoothstep(-0.3, 0.0, over) * reach * (1 - plate), float(rng.uniform(0.3, 0.8)))
    layers.cover(plate, colour, f32(depth), float(rng.uniform(0.3, 0.8)))


def draw_mucus(layers: Layers, local: Local, rng: np.random.Generator) -> None:
    """A streak of mucus that runs down the wall."""
    at = float(rng.normal(0, 0.15))
    wander = at + 0.12 * swell(local.u.shape[0], rng, 4)
    rough = noise("cloud", local.u, local.v, rng, 1.2)
    width = float(rng.uniform(0.05, 0.16)) * (1 + 0.4 * swell(local.u.shape[0], rng, 5))
    streak = np.exp(-(((local.u - wander) / np.maximum(width, 0.02)) ** 2)) * (1 + 0.35 * rough)
    span = smoothstep(-0.5, -0.1, local.v) * smoothstep(0.8, 0.4, local.v)
    mask = f32(smoothstep(0.3, 0.7, f32(streak)) * span)
    tone = between(srgb(226, 220, 208), srgb(206, 196, 130), rng.random())
    layers.paint(tone, float(rng.uniform(0.5, 0.85)) * mask)
    layers.raise_by(0.03 * mask)
    layers.moisten(mask, 1.0)
