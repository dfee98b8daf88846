"""The throat as seen through the mouth: velum, uvula, tonsils, pillars, tongue, teeth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from entdemo.phantom.layers import Layers, blend, planes, swell
from entdemo.phantom.shapes import (
    bell,
    f32,
    sd_capsule,
    sd_ellipse,
    smooth_min,
    smoothstep,
)
from entdemo.phantom.throat_shape import Local, Palette, Throat, between
from entdemo.phantom.tissue import noise, srgb

Array = NDArray[np.float32]


def _arch(local: Local, radii: tuple[float, float]) -> Array:
    """Signed distance of an arched opening without a floor, negative inside."""
    return sd_ellipse(local.u, np.minimum(local.v, 0.3), (0.0, 0.3), radii)


def _uvula(local: Local, throat: Throat, top: float) -> Array:
    """Signed distance of the uvula, which tapers and may lean or be split."""
    length, radius, lean = throat.uvula
    if length == 0:
        return np.full_like(local.u, 9.0)
    fork = 0.6 * radius if throat.bifid else 0.0
    bend = f32(local.u - lean * np.clip((local.v - top) / length, 0, 1.2) ** 2)
    start, tip = (0.0, top - 0.05), top + length
    bodies = [
        sd_capsule(bend, local.v, start, (side, tip), 1.3 * radius, throat.tip * radius)
        for side in ({-fork, fork} if fork else {0.0})
    ]
    return smooth_min(bodies[0], bodies[-1], 0.02)


def draw_velum(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    swollen: bool,
    rng: np.random.Generator,
) -> None:
    """Soft palate, posterior pillars and uvula: one sheet with a rolled free edge."""
    radii = (throat.fauces[0] * throat.inner[0], throat.fauces[1] * throat.inner[1])
    arch = _arch(local, radii)
    uvula = _uvula(local, throat, 0.3 - radii[1])
    edge = smooth_min(-arch, uvula, float(rng.uniform(0.1, 0.3)))
    mask = smoothstep(0.015 + local.soft, -0.015 - local.soft, edge)
    step = float(rng.uniform(0.15, 0.35))
    roll = smoothstep(0.0, -0.13, edge)
    top = 0.3 - radii[1]
    body = smoothstep(0.0, -throat.uvula[1], uvula) * smoothstep(top - 0.12, top + 0.1, local.v)
    near = float(rng.uniform(0.25, 0.5)) * throat.wall * smoothstep(0.0, 1.4, arch)
    depth = throat.wall - step * (0.5 + 0.5 * roll) - near - 0.12 * body
    tone = between(palette.base, palette.pale, float(rng.uniform(0.0, 0.9)))
    colour = blend(layers.albedo, tone, np.float32(rng.uniform(0.2, 0.6)) * mask)
    if swollen:
        watery = between(srgb(222, 110, 100), srgb(232, 180, 164), rng.random())
        colour = blend(colour, watery, f32(0.85 * body))
    raphe = bell(local.u, 0.08) * smoothstep(0.05, 0.4, arch) * (local.v < 0)
    gloom = smoothstep(
        -0.05, float(rng.uniform(0.2, 0.5)), edge
    )  # little light comes past the edge
    layers.dim(f32(1 - mask), float(rng.uniform(0.1, 0.75)))  # little light comes past the edge
    layers.dim(f32(gloom), float(rng.uniform(0.0, 0.6)))
    layers.dim(f32(smoothstep(0.16, 0.0, edge) * (1 - mask)), float(rng.uniform(0.2, 0.6)))
    layers.cover(mask, colour, f32(depth + 0.02 * raphe), float(rng.uniform(0.3, 0.8)))


def draw_tonsil(
    layers: Layers,
    local: Local,
    throat: Throat,
    palette: Palette,
    right: bool,
    rng: np.random.Generator,
) -> Array:
    """A lobulated tonsil with crypts in front of the posterior pillar; gives its mask [S, S]."""
    sign = -1 if right else 1
    reach = throat.tonsil[0 if right else 1]
    half = 0.22 + 0.16 * reach
    outer = throat.fauces[0] + 0.03
    centre = (sign * (outer * (1 - reach) + half), float(rng.uniform(0.16, 0.34)))
    radii = (half, half * float(rng.uniform(1.2, 1.7)))
    lobes = noise("soft", local.u, local.v, rng, float(rng.uniform(1.2, 2.2)))
    edge = sd_ellipse(local.u, local.v, centre, radii, float(rng.normal(0, 0.2)))
    edge = f32(edge - 0.02 * lobes)
    mask = smoothstep(0.012 + local.soft, -0.012 - local.soft, edge)
    dome = smoothstep(0.0, -0.8 * half, edge)
    pits = noise("fold", local.u, local.v, rng, float(rng.uniform(0.9, 1.5)))
    crypts = f32(smoothstep(-0.95, -1.3, pits) * float(rng.uniform(0.0, 0.6)))
    tone = between(palette.base, palette.flush, float(rng.uniform(-0.5, 0.6)))
    depth = layers.depth - 0.08 - (0.15 + 0.2 * reach) * dome - 0.035 * lobes + 0.04 * crypts
    colour = blend(layers.albedo, tone, 0.75 * mask)
    colour = blend(colour, palette.flush, crypts) * (1 - 0.35 * crypts)
    layers.dim(smoothstep(0.12, 0.0, edge) * (1 - mask), 0.35)
    layers.cover(mask, colour, f32(depth), float(rng.uniform(0.4, 0.9)))
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


def draw_pillars(
    layers: Layers,
    local: Local,
    throat: Throat,
    mucosa: Array,
    depth: Array,
    rng: np.random.Generator,
) -> None:
    """The anterior pillars, which hold the tonsils back at the sides.

    Args:
        mucosa, depth: [3, S, S] colour and [S, S] depth of the velum before the tonsils came.
    """
    edge = _arch(local, throat.fauces)
    aside = smoothstep(0.1, 0.5, np.abs(local.u)) * smoothstep(-0.75, -0.2, local.v)
    mask = f32(smoothstep(-0.01 - local.soft, 0.03 + local.soft, edge) * aside)
    ridge = bell(edge - 0.07, 0.12)
    layers.dim(f32(smoothstep(-0.12, 0.0, edge) * aside * (1 - mask)), float(rng.uniform(0.1, 0.4)))
    front = depth - float(rng.uniform(0.04, 0.12)) - 0.06 * ridge
    layers.cover(mask, mucosa, f32(front), 0.6)


def draw_tongue(
    layers: Layers, local: Local, throat: Throat, palette: Palette, rng: np.random.Generator
) -> None:
    """The tongue's dorsum at the bottom, rough with papillae, nearest and palest at the rim."""
    size = local.u.shape[0]
    slant = float(rng.normal(0, 0.08)) * local.u
    bow = 0.3 * local.u**2 * float(rng.uniform(-0.6, 1.0))
    groove = float(rng.uniform(0, 0.14)) * bell(local.u - float(rng.normal(0, 0.08)), 0.3)
    wave = 0.025 * swell(size, rng, 5)
    over = f32(local.v - throat.tongue - slant - bow - groove - wave)
    mask = smoothstep(-local.soft, float(rng.uniform(0.02, 0.08)) + local.soft, over)
    roll = smoothstep(0.0, 0.25, over)
    sharp = smoothstep(1.2, 0.2, over) * float(rng.uniform(0.0, 1.0))  # the rim is out of focus
    papillae = np.clip(noise("grain", local.u, local.v, rng, 0.7), -2, 2) * sharp
    low, high = (0.25, 0.6) if throat.photograph else (0.4, 0.85)  # a scope lies on the tongue
    rise = float(rng.uniform(low, high)) * throat.wall
    depth = throat.wall - 0.35 - 0.25 * roll - rise * smoothstep(0.0, 1.0, over)
    depth += 0.007 * papillae + float(rng.uniform(0, 0.07)) * bell(local.u, 0.06)
    coat = smoothstep(-0.8, 1.2, noise("cloud", local.u, local.v, rng, 0.7))
    pale = between(srgb(226, 206, 190), srgb(214, 200, 210), rng.random())
    colour = blend(palette.tongue, pale, np.float32(rng.uniform(0.0, 0.8)) * coat)
    layers.dim(smoothstep(-0.2, 0.0, over) * (1 - mask), float(rng.uniform(0.2, 0.5)))
    layers.cover(
        mask, f32(colour * (1 + 0.07 * papillae)), f32(depth), float(rng.uniform(0.1, 0.7))
    )


def draw_roof(layers: Layers, local: Local, rng: np.random.Generator) -> None:
    """The hard palate above, which the lip keeps in a deep red shadow with a blurred edge."""
    size = local.u.shape[0]
    fall = float(rng.uniform(-0.85, -0.3))
    bow = float(rng.uniform(-0.25, 0.3)) * local.x**2
    low = f32(local.y - fall - bow - 0.08 * swell(size, rng, 4))
    shade = f32(smoothstep(0.0, -float(rng.uniform(0.08, 0.35)), low) * float(rng.uniform(0.6, 1)))
    layers.albedo = layers.albedo * blend((1.0, 1.0, 1.0), (0.26, 0.09, 0.09), shade)
    layers.moisten(shade, float(rng.uniform(0.0, 0.3)))


def draw_lip(layers: Layers, local: Local, rng: np.random.Generator) -> None:
    """The lower lip, near, smooth and out of focus, along the picture's bottom."""
    dip = float(rng.uniform(-0.35, 0.35)) * np.abs(local.x) ** float(rng.uniform(1.0, 2.0))
    over = f32(local.y - float(rng.uniform(0.55, 0.85)) + dip)
    mask = smoothstep(-0.06, 0.08, over)
    tone = between(srgb(226, 130, 112), srgb(200, 110, 116), rng.random())
    depth = np.full_like(over, 0.62) - 0.25 * smoothstep(0.0, 0.4, over)
    layers.dim(f32(smoothstep(-0.15, 0.0, over) * (1 - mask)), 0.3)
    layers.cover(mask, tone, f32(depth), float(rng.uniform(0.1, 0.6)))


def draw_face(layers: Layers, local: Local, rng: np.random.Generator) -> None:
    """Teeth, lips and skin around the open mouth, for a photograph from farther off."""
    wide, high = float(rng.uniform(0.95, 1.35)), float(rng.uniform(1.0, 1.35))
    edge = sd_ellipse(local.u, local.v, (0.0, 0.1), (wide, high))
    edge = f32(edge + 0.03 * swell(local.u.shape[0], rng, 5))
    layers.dim(smoothstep(-0.45, 0.0, edge), float(rng.uniform(0.2, 0.7)))
    tooth = np.abs(np.mod(local.u * float(rng.uniform(3.2, 4.5)), 1) - 0.5)
    ivory = planes(between(srgb(236, 228, 208), srgb(214, 192, 146), rng.random()))
    ivory = ivory * (1 - 0.5 * smoothstep(0.43, 0.5, tooth))
    for sign, share in ((-1, 0.85), (1, 0.45)):
        if rng.random() < share:
            row = smoothstep(-0.26, -0.21, f32(edge - 0.3 * np.maximum(tooth - 0.38, 0)))
            row = f32(row * smoothstep(0.35, 0.5, sign * local.v))
            layers.cover(row, ivory, np.full_like(edge, 0.8), 0.8)
    lip = between(srgb(206, 116, 108), srgb(160, 84, 84), rng.random())
    pout = 0.12 * bell(edge - 0.1, 0.12)
    layers.cover(smoothstep(-0.03, 0.03, edge), lip, f32(0.75 - pout), float(rng.uniform(0.1, 0.6)))
    skin = between(srgb(232, 190, 166), srgb(128, 84, 62), float(rng.uniform(0, 1) ** 1.5))
    layers.cover(smoothstep(0.2, 0.28, edge), skin, np.full_like(edge, 0.78), 0.1)


def draw_droplets(layers: Layers, local: Local, throat: Throat, rng: np.random.Generator) -> None:
    """Drops of saliva that mirror the flash, in loose rows on the palate, uvula and pillars."""
    size = local.u.shape[0]
    sheet = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(sheet)
    for _ in range(int(rng.integers(1, 5))):
        home = rng.uniform(-0.8, 0.8), rng.uniform(-0.8, min(0.4, throat.tongue * throat.scale))
        spread = rng.uniform(0.04, 0.3), rng.uniform(0.02, 0.12)
        for _ in range(int(rng.integers(2, 14))):
            x, y = ((c + rng.normal(0, d) + 1) * size for c, d in zip(home, spread, strict=True))
            wide, high = np.exp(rng.uniform(-0.3, 1.5, 2)) * size / 224
            fill = int(rng.integers(120, 256))
            pen.ellipse((x - wide, y - high, x + wide, y + high), fill=fill)
    drops = f32(np.asarray(sheet.resize((size, size), Image.Resampling.BOX)) * (1 / 255))
    layers.paint((1.0, 1.0, 1.0), drops)
    layers.moisten(drops, 1.0)


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


def draw_teeth(layers: Layers, local: Local, throat: Throat, rng: np.random.Generator) -> None:
    """Upper teeth and lips where the view takes in the mouth's rim."""
    bow = f32(local.v + 1.0 - 0.35 * local.u**2)
    tooth = np.abs(np.mod(local.u * float(rng.uniform(3.2, 4.5)), 1) - 0.5)
    row = f32(smoothstep(0.02, -0.02, bow + 0.25 * np.maximum(tooth - 0.38, 0)))
    ivory = between(srgb(236, 228, 208), srgb(214, 192, 146), rng.random())
    gap = 1 - 0.6 * smoothstep(0.43, 0.5, tooth)
    depth = np.full_like(bow, 0.62) + 0.06 * tooth
    layers.cover(row, planes(ivory) * gap, f32(depth), 0.9)
    lip = smoothstep(-0.16, -0.24, f32(bow + 0.03 * np.sin(3 * local.u)))
    layers.cover(lip, srgb(196, 120, 108), np.full_like(bow, 0.5), 0.3)
