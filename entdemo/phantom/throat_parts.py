"""The parts of the throat: wall, arches, uvula, tonsils, tongue and base of the tongue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.layers import Layers, blend, mottle, planes, vein
from entdemo.phantom.shapes import bell, f32, sd_capsule, sd_ellipse, smooth_min, smoothstep
from entdemo.phantom.throat_shape import Local, Palette, Throat, between
from entdemo.phantom.tissue import noise, srgb

Array = NDArray[np.float32]


def paint_wall(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The posterior wall: blotched mucosa with vessels and shallow vertical folds."""
    near = 1.0 if throat.scenery == "mouth" else 0.7
    mottle(layers, local.x, local.y, rng, palette.flush, palette.pale, rng.uniform(0.3, 0.9), near)
    vein(layers, local.x, local.y, rng, float(rng.uniform(0.1, 0.6)), near)
    folds = noise("soft", 2.0 * local.u, 0.4 * local.v, rng, 0.8)
    layers.raise_by(f32(0.05 * folds + 0.012 * noise("cloud", local.u, local.v, rng)))


def open_tube(layers: Layers, local: Local, throat: Throat, rng: np.random.Generator) -> None:
    """Side walls that come near and a hypopharynx that sinks away, for close views of the wall."""
    at = (float(rng.normal(0, 0.35)), float(rng.uniform(0.1, 0.9)))
    away = np.hypot(local.u - at[0], (local.v - at[1]) * float(rng.uniform(0.6, 1.1)))
    layers.raise_by(f32(0.55 * throat.wall * smoothstep(0.2, 1.5, away)))
    pit = smoothstep(float(rng.uniform(0.25, 0.6)), 0.0, away)
    layers.raise_by(f32(-1.2 * pit))
    layers.dim(pit, float(rng.uniform(0.3, 0.9)))
    crease = bell(local.u - at[0] - 0.5 * np.sign(local.u - at[0]), 0.06)
    layers.raise_by(f32(-0.08 * crease))


def draw_granules(
    layers: Layers, local: Local, palette: Palette, rng: np.random.Generator, strength: float
) -> None:
    """Lymphoid granules: small smooth reddish mounds, in clusters."""
    lumps = noise("soft", local.u, local.v, rng, float(rng.uniform(2.2, 3.6)))
    cluster = smoothstep(-0.9, 0.5, noise("soft", local.u, local.v, rng, 0.8))
    mound = f32(smoothstep(0.35, 1.7, lumps) * cluster)
    layers.raise_by(strength * 0.14 * mound)
    tone = between(palette.flush, palette.pale, float(rng.uniform(0.2, 0.9)))
    layers.paint(tone, 0.75 * strength * mound)
    layers.moisten(mound, 0.9)


def _arch(local: Local, radii: tuple[float, float], low: float) -> Array:
    """Signed distance of an arched opening without a floor, negative inside."""
    v = np.minimum(local.v, low)
    dip = 0.1 * bell(local.u, 0.16)
    return sd_ellipse(local.u, f32(v - dip), (0.0, low), radii)


def draw_rear_arch(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The posterior pillars, which frame the wall."""
    radii = (throat.fauces[0] * throat.inner[0], throat.fauces[1] * throat.inner[1])
    edge = _arch(local, radii, 0.3)
    mask = smoothstep(-local.soft, 0.02 + local.soft, edge)
    roll = np.sqrt(np.clip(edge * 4, 0, 1))
    layers.dim(smoothstep(-0.16, 0.0, edge) * (1 - mask), float(rng.uniform(0.2, 0.5)))
    tone = between(palette.base, palette.flush, float(rng.uniform(0.0, 0.5)))
    layers.cover(
        mask, blend(layers.albedo, tone, 0.5 * mask), f32(throat.wall - 0.3 - 0.12 * roll), 0.6
    )


def draw_tonsil(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    right: bool,
    rng: np.random.Generator,
) -> Array:
    """A lobulated tonsil with crypts between the pillars; gives its mask [S, S]."""
    sign = -1 if right else 1
    reach = throat.tonsil[0 if right else 1]
    half = 0.2 + 0.16 * reach
    outer = throat.fauces[0] + 0.05
    centre = (sign * (outer * (1 - reach) + half), float(rng.uniform(0.2, 0.34)))
    radii = (half, half * float(rng.uniform(1.2, 1.6)))
    lobes = noise("soft", local.u, local.v, rng, float(rng.uniform(1.8, 3.0)))
    edge = sd_ellipse(local.u, local.v, centre, radii, float(rng.normal(0, 0.15))) - 0.015 * lobes
    mask = smoothstep(local.soft, -local.soft, f32(edge))
    dome = np.sqrt(np.clip(-edge / half, 0, 1))
    crypts = smoothstep(-0.9, -1.7, noise("soft", local.u, local.v, rng, 2.6))
    tone = between(palette.base, palette.pale, float(rng.uniform(-0.4, 0.7)))
    depth = throat.wall - 0.4 - 0.35 * dome - 0.04 * lobes + 0.1 * crypts
    colour = blend(blend(layers.albedo, tone, 0.7 * mask), palette.flush, 0.6 * crypts)
    layers.dim(smoothstep(0.1, 0.0, f32(edge)) * (1 - mask), 0.35)
    layers.cover(mask, colour * (1 - 0.4 * crypts), f32(depth), 0.8)
    return mask


def draw_exudate(layers: Layers, local: Local, mask: Array, rng: np.random.Generator) -> None:
    """White to yellow patches that cover parts of a tonsil."""
    spots = noise("soft", local.u, local.v, rng, float(rng.uniform(2.2, 4.5)))
    rough = noise("cloud", local.u, local.v, rng, 2.0)
    level = float(rng.uniform(0.2, 0.7))
    coat = smoothstep(level, level + 0.35, f32(spots + 0.25 * rough)) * mask
    tone = between(srgb(240, 236, 222), srgb(226, 212, 160), rng.random())
    layers.paint(tone, float(rng.uniform(0.75, 0.95)) * coat)
    layers.raise_by(0.03 * coat)


def draw_front_arch(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    mucosa: Array,
    rng: np.random.Generator,
) -> None:
    """Soft palate and anterior pillars, nearer towards the top and the cheeks.

    ``mucosa`` [3, S, S] is the mottled colour that they are made of.
    """
    edge = _arch(local, throat.fauces, 0.3)
    mask = smoothstep(-local.soft, 0.03 + local.soft, edge)
    roll = np.sqrt(np.clip(edge * 3, 0, 1))
    depth = throat.wall - 0.45 - 0.15 * roll - 0.45 * throat.wall * smoothstep(0.0, 1.3, edge)
    layers.dim(smoothstep(-0.14, 0.0, edge) * (1 - mask), float(rng.uniform(0.15, 0.45)))
    tone = between(palette.base, palette.pale, float(rng.uniform(0.0, 0.9)))
    colour = blend(mucosa, tone, float(rng.uniform(0.4, 0.7)) * mask)
    raphe = bell(local.u, 0.05) * smoothstep(0.0, 0.3, edge) * (local.v < 0)
    layers.cover(mask, colour, f32(depth - 0.02 * raphe), 0.7)


def draw_uvula(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    swollen: bool,
    rng: np.random.Generator,
) -> None:
    """The uvula, hanging from the arch in front of the wall."""
    length, radius, lean = throat.uvula
    if length == 0:
        return
    top = 0.3 - throat.fauces[1] + 0.08
    tips = (lean - 0.05, lean + 0.05) if throat.bifid else (lean,)
    wide = radius * float(rng.uniform(0.8, 1.2) if not swollen else rng.uniform(1.0, 1.3))
    bodies = [
        sd_capsule(local.u, local.v, (0.0, top), (tip, top + length), radius * 1.25, wide)
        for tip in tips
    ]
    edge = smooth_min(bodies[0], bodies[-1], 0.03)
    mask = smoothstep(local.soft, -local.soft, edge)
    dome = np.sqrt(np.clip(-edge / radius, 0, 1))
    tone = palette.base
    if swollen:
        watery = between(srgb(232, 150, 136), srgb(236, 196, 180), rng.random())
        tone = between(tone, watery, float(rng.uniform(0.3, 0.9)))
    colour = blend(layers.albedo, tone, 0.75 * mask)
    layers.dim(smoothstep(0.1, 0.0, edge) * (1 - mask) * (local.v > top), 0.25)
    layers.cover(mask, colour, f32(throat.wall - 0.5 - 0.16 * dome), 0.9)


def draw_tongue(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The tongue's dorsum at the bottom, rough with papillae and nearest at the rim."""
    hump = throat.tongue + 0.25 * local.u**2 * float(rng.uniform(0.2, 1.6))
    over = f32(local.v - hump)
    mask = smoothstep(-local.soft, 0.03 + local.soft, over)
    roll = np.sqrt(np.clip(over * 2.5, 0, 1))
    papillae = noise("grain", local.u, local.v, rng, 0.8)
    depth = throat.wall - 0.4 - 0.25 * roll - 0.5 * throat.wall * smoothstep(0.0, 1.0, over)
    depth += 0.012 * papillae + 0.05 * bell(local.u, 0.04)
    coat = smoothstep(-0.8, 1.2, noise("cloud", local.u, local.v, rng, 0.7))
    colour = blend(palette.tongue, srgb(232, 218, 202), float(rng.uniform(0.0, 0.6)) * coat)
    colour = colour * (1 + 0.06 * np.clip(papillae, -2, 2))
    layers.dim(smoothstep(-0.15, 0.0, over) * (1 - mask), 0.4)
    layers.cover(mask, colour, f32(depth), float(rng.uniform(0.3, 0.9)))


def draw_blade(layers: Layers, local: Local, throat: Throat, rng: np.random.Generator) -> None:
    """A tongue depressor of metal or wood, laid on the tongue from below."""
    lean = float(rng.normal(0, 0.2))
    tip = (float(rng.normal(0, 0.08)), throat.tongue + float(rng.uniform(0.08, 0.25)))
    edge = sd_capsule(local.u, local.v, tip, (tip[0] + lean, tip[1] + 2.0), 0.16, 0.2)
    mask = smoothstep(local.soft, -local.soft, edge)
    over = np.clip(local.v - tip[1], 0, 2)
    if throat.blade == "metal":
        streak = noise("soft", 2.0 * local.u, 0.3 * local.v, rng)
        colour = planes(srgb(176, 176, 180)) * (1 + 0.25 * np.clip(streak, -2, 2))
    else:
        streak = noise("grain", 1.5 * local.u, 0.1 * local.v, rng)
        colour = planes(srgb(224, 188, 140)) * (1 + 0.08 * np.clip(streak, -2, 2))
    depth = throat.wall - 0.75 - 0.4 * throat.wall * np.clip(over, 0, 1)
    layers.dim(smoothstep(0.08, 0.0, edge) * (1 - mask), 0.4)
    layers.cover(mask, colour, f32(depth), 1.0 if throat.blade == "metal" else 0.15)


def draw_base(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """Lingual tonsil, vallecula and the epiglottis' pale rim, with no glottis in view."""
    rim_at = float(rng.uniform(-0.15, 0.25))
    sag = float(rng.uniform(-0.4, 0.5))
    over = f32(local.v - rim_at - sag * local.u**2)
    plate = smoothstep(-local.soft, 0.02, over)
    width = smoothstep(0.75, 0.5, np.abs(local.u))
    tone = between(palette.pale, srgb(236, 196, 160), 0.6)
    depth = throat.wall - 0.5 - 0.15 * np.sqrt(np.clip(over * 3, 0, 1))
    layers.dim(smoothstep(-0.2, 0.0, over) * (1 - plate), 0.5)
    layers.cover(plate * width, blend(layers.albedo, tone, 0.7 * plate), f32(depth), 0.7)
    below = f32(over - float(rng.uniform(0.2, 0.35)))
    lumps = noise("soft", local.u, local.v, rng, float(rng.uniform(1.6, 2.6)))
    cover = smoothstep(-0.02, 0.1, f32(below + 0.03 * lumps))
    depth = throat.wall - 0.4 - 0.5 * throat.wall * smoothstep(0.0, 1.0, below) - 0.07 * lumps
    cobble = between(palette.base, palette.tongue, float(rng.uniform(0.1, 0.8)))
    layers.dim(smoothstep(-0.16, 0.0, below) * (1 - cover), 0.5)
    colour = blend(cobble, palette.flush, 0.5 * smoothstep(0.2, -1.2, lumps))
    layers.cover(cover, colour, f32(depth), 0.7)


def draw_mucus(layers: Layers, local: Local, rng: np.random.Generator) -> None:
    """A streak of mucus that runs down the wall."""
    at = float(rng.normal(0, 0.12))
    wander = at + 0.08 * noise("soft", 0.2 * local.u, local.v, rng, 0.7)
    rough = noise("cloud", local.u, local.v, rng, 1.4)
    width = float(rng.uniform(0.05, 0.13))
    streak = bell(f32(local.u - wander), width) + 0.12 * rough
    span = smoothstep(-0.45, -0.15, local.v) * smoothstep(0.75, 0.45, local.v)
    mask = f32(smoothstep(0.35, 0.65, f32(streak)) * span)
    tone = between(srgb(232, 228, 218), srgb(214, 206, 140), rng.random())
    layers.paint(tone, float(rng.uniform(0.55, 0.85)) * mask)
    layers.raise_by(0.05 * mask)
    layers.moisten(mask, 1.0)
