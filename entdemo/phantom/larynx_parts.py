"""The parts of the larynx: relief and colour of cords, folds, arytenoids and epiglottis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.larynx_shape import Local, Shape, View
from entdemo.phantom.layers import Layers, blend, mottle, swell, vein
from entdemo.phantom.shapes import bell, f32, lerp, sd_ellipse, smoothstep
from entdemo.phantom.tissue import Colour, noise, srgb, vessels

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Palette:
    """Linear RGB colours of one larynx."""

    base: Colour
    flush: Colour
    pale: Colour
    cord: Colour
    rim: Colour


@dataclass(frozen=True)
class Edges:
    """Distances to the free edges of the cords, in local units.

    Attributes:
        beyond: [S, S] distance from the free edge, negative within the glottis.
        width: [S, S] visible width of the true cord of that side.
        right: [S, S] 1 on the patient's right, 0 on the left.
        gap: [S, S] 1 within the glottis.
        cord: [S, S] 1 on a true cord.
        along: [S, S] 1 where v lies between the commissures.
    """

    beyond: Array
    width: Array
    right: Array
    gap: Array
    cord: Array
    along: Array


_MUCOSA: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(196, 81, 68), srgb(160, 42, 37), srgb(222, 131, 112)),
    (srgb(172, 58, 46), srgb(128, 27, 25), srgb(206, 104, 81)),
    (srgb(208, 98, 81), srgb(182, 58, 48), srgb(230, 142, 119)),
    (srgb(208, 102, 98), srgb(170, 54, 63), srgb(228, 148, 143)),
    (srgb(206, 98, 66), srgb(182, 58, 40), srgb(232, 150, 110)),
    (srgb(222, 115, 108), srgb(196, 63, 66), srgb(238, 158, 145)),
    (srgb(222, 127, 86), srgb(200, 81, 56), srgb(238, 171, 127)),
    (srgb(150, 54, 48), srgb(108, 28, 27), srgb(192, 91, 77)),
    (srgb(184, 94, 84), srgb(140, 52, 48), srgb(212, 138, 125)),
    (srgb(232, 146, 142), srgb(208, 96, 104), srgb(244, 186, 176)),
)


def between(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies ``share`` of the way from ``a`` to ``b``."""
    red, green, blue = (float(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return red, green, blue


def sample_palette(rng: np.random.Generator) -> Palette:
    """Colours between two of the usual tints, cords from pearl to cream and pink."""
    first, second = rng.choice(len(_MUCOSA), 2)
    share = rng.random()
    base, flush, pale = (
        between(a, b, share) for a, b in zip(_MUCOSA[first], _MUCOSA[second], strict=True)
    )
    pearl = between(srgb(236, 218, 210), srgb(236, 204, 168), rng.random())
    rim = between(srgb(238, 196, 158), srgb(228, 170, 156), rng.random())
    return Palette(
        base=base,
        flush=flush,
        pale=pale,
        cord=between(pearl, pale, rng.uniform(0.3, 1.15)),
        rim=between(rim, pale, rng.uniform(0.2, 1.0)),
    )


def _half_width(local: Local, shape: Shape) -> Array:
    v = local.v
    if shape.lens:
        profile = np.clip(4 * v * (1 - v), 0, 1) ** np.float32(0.8)
    elif shape.gap > 0:
        rear = np.clip((v - 0.75) * (1 / 0.45), 0, 1)
        profile = np.clip(v, 0, 1.3) ** np.float32(shape.bow) * np.sqrt(1 - rear**3)
    else:
        return _chinks(local, shape)
    return f32((shape.gap + 2 * local.soft) * profile - 2 * local.soft)


def _chinks(local: Local, shape: Shape) -> Array:
    """Half-width of what closed cords leave open: behind, or around nodules that meet."""
    if shape.hourglass > 0:
        off = np.abs(local.v - 0.46) * (1 / 0.44)
        profile, widest = np.clip(4 * off * (1 - off), 0, 1), shape.hourglass
    else:
        profile = smoothstep(0.75, 0.97, local.v) * smoothstep(1.08, 1.0, local.v)
        widest = shape.chink
    return f32((widest + 2 * local.soft) * profile - 2 * local.soft)


def find_edges(local: Local, shape: Shape, inset: tuple[Array, Array]) -> Edges:
    """Place the free edges; ``inset`` is how far lesions push each edge to the midline."""
    half = _half_width(local, shape)
    right = f32(local.u < 0)
    bulge = lerp(inset[1], inset[0], right)
    beyond = f32(np.abs(local.u) - half + bulge)
    soft = local.soft
    taper = shape.belly + (1 - shape.belly) * np.clip(3.2 * local.v * (1.12 - local.v), 0, 1)
    width = f32(lerp(shape.cord[1], shape.cord[0], right) * taper + bulge + np.maximum(-half, 0))
    along = smoothstep(-0.04, 0.08, local.v) * smoothstep(1.15, 0.82, local.v)
    gap = smoothstep(soft, -soft, beyond)
    blur = soft + 0.02
    cord = along * smoothstep(-soft, soft, beyond) * smoothstep(blur, -blur, beyond - width)
    return Edges(beyond=beyond, width=width, right=right, gap=gap, cord=f32(cord), along=along)


def paint_mucosa(
    layers: Layers, local: Local, view: View, palette: Palette, rng: np.random.Generator
) -> None:
    """Colour everything as wet mucosa with patches and vessels."""
    if view.name == "close":
        blotches, strength, fine = (
            rng.uniform(0.1, 0.8),
            rng.uniform(0.3, 1.0),
            rng.uniform(0.8, 1.8),
        )
        mottle(layers, local.x, local.y, rng, palette.flush, palette.pale, float(blotches), 0.6)
        vein(layers, local.x, local.y, rng, float(strength), float(fine))
        streaks = np.clip(noise("grain", 0.7 * local.u, 0.14 * local.v, rng), -2, 2)
        layers.albedo = layers.albedo * (1 + np.float32(rng.uniform(0.02, 0.12)) * streaks)
        layers.raise_by(f32(np.float32(0.006 * rng.uniform(0, 1) ** 2) * streaks))
        return
    scale = float(np.clip(0.9 / view.length, 0.6, 2.0))
    _tinge(layers, rng)
    blotches = float(rng.uniform(0.2, 0.9))
    mottle(layers, local.x, local.y, rng, palette.flush, palette.pale, blotches, scale)
    vein(layers, local.x, local.y, rng, float(rng.uniform(0.1, 0.9)), 0.8 * scale)


def _tinge(layers: Layers, rng: np.random.Generator) -> None:
    """Let the colour drift over the picture to yellow, pink or livid, as blood and light do."""
    size = layers.depth.shape[0]
    for tint in (_TINGES[int(k)] for k in rng.choice(len(_TINGES), 2, replace=False)):
        field = smoothstep(-0.6, 1.6, swell(size, rng, int(rng.integers(2, 5))))
        layers.paint(tint, f32(float(rng.uniform(0.0, 0.6)) * field))


_TINGES = (srgb(226, 160, 104), srgb(226, 112, 116), srgb(176, 96, 112), srgb(168, 50, 44))


def bump(local: Local, centre: tuple[float, float], radius: float, stretch: float = 1.0) -> Array:
    """A smooth mound of height 1 in local units; ``stretch`` makes it longer along v."""
    du = (local.u - centre[0]) * (1 / radius)
    dv = (local.v - centre[1]) * (1 / (radius * stretch))
    t = f32(1 / (1 + 0.5 * (du * du + dv * dv)))
    return t * t


def _dome(local: Local, centre: tuple[float, float], radius: float, stretch: float = 1.0) -> Array:
    """A mound like ``bump`` with a fuller top and an end."""
    du = (local.u - centre[0]) * (1 / (1.9 * radius))
    dv = (local.v - centre[1]) * (1 / (1.9 * radius * stretch))
    t = np.clip(1 - du * du - dv * dv, 0, 1)
    return f32(t * t * (2 - t))


def raise_inlet(
    layers: Layers, local: Local, shape: Shape, view: View, rng: np.random.Generator
) -> None:
    """Vestibule, aryepiglottic folds, piriform sinuses and the walls of the hypopharynx."""
    u, v = local.u, local.v
    wave = swell(u.shape[0], rng, int(rng.integers(3, 8)))
    ring = f32(sd_ellipse(u, v, (0.0, 0.42), shape.ring) + 0.05 * wave)
    beside = smoothstep(-0.2, 0.5, v) * smoothstep(1.9, 1.1, v)
    height = shape.ring_height * smoothstep(-0.75, 0.0, ring) * (0.6 + 0.4 * beside)
    sinus = smoothstep(0.02, 0.32, ring) * smoothstep(1.1, 0.4, ring) * beside
    height -= (shape.ring_height + float(rng.uniform(0.1, 0.45))) * sinus
    height += float(rng.uniform(-0.3, 1.1)) * smoothstep(0.35, 1.5, ring)
    height += shape.back * smoothstep(1.4, 2.3, v)
    height += (0.015 if view.name == "close" else 0.06) * wave
    layers.raise_by(f32(height * view.scale))
    layers.dim(sinus, float(rng.uniform(0.2, 0.7)))
    apart = np.hypot(u, v - 0.45) * view.length
    tube = float(rng.uniform(-0.45, 0.45)) * view.distance  # near walls, or far and dark ones
    layers.raise_by(f32(tube * smoothstep(0.5, 1.6, apart)))


def raise_arytenoids(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """Arytenoid mounds with corniculate and cuneiform tubercles and the cleft between."""
    radius = shape.bump_size
    warm = between(palette.base, palette.pale, float(rng.uniform(-0.3, 0.9)))
    wedge_height = float(rng.uniform(0.15, 0.8))
    tops, body = np.zeros_like(local.u), np.zeros_like(local.u)
    for sign, spread in ((-1, shape.spread[0]), (1, shape.spread[1])):
        at = 1.14 + 0.6 * radius + float(rng.normal(0, 0.03))
        main = _dome(local, (sign * (spread + 0.3 * radius), at), radius, 1.25)
        wedge_at = (sign * (spread + 2.1 * radius), at - float(rng.uniform(0.1, 0.3)))
        wedge = _dome(local, wedge_at, radius * float(rng.uniform(0.6, 0.95)), 1.1)
        tip = bump(local, (sign * spread, at + 0.03), radius * 0.5)
        tops = np.sqrt(tops**2 + main**2 + (wedge_height * wedge) ** 2) + 0.15 * tip
        body = np.maximum(body, np.maximum(main, wedge_height * wedge))
    middle = bump(local, (0.0, 1.25), 0.12 + 0.5 * shape.gap, 0.8)
    layers.paint(warm, f32(0.5 * body))
    layers.raise_by(f32(view.scale * shape.bump * (0.75 * tops + 0.3 * middle)))
    cleft = bell(local.u, 0.03 + local.soft) * smoothstep(1.0, 1.1, local.v)
    layers.dim(cleft * smoothstep(1.6, 1.25, local.v), 0.4)


def raise_epiglottis(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    rng: np.random.Generator,
) -> None:
    """A pale curved plate in front: flat, omega-shaped or curled."""
    leaf = shape.epiglottis
    across = np.sqrt((local.u - 0.05 * leaf.skew) ** 2 + np.float32(0.003))
    steep = across ** np.float32(leaf.power - 1)
    rim = leaf.place + leaf.curve * across * steep + leaf.skew * local.u
    inside = f32((local.v - rim) / np.sqrt(1 + (leaf.curve * leaf.power * steep) ** 2))
    reach = smoothstep(1.35 * leaf.half, 0.5 * leaf.half, across)
    face = np.where(inside > 0, bell(inside, -0.7 * leaf.place), bell(inside, leaf.thick))
    layers.raise_by(f32(leaf.height * view.scale * face * reach))
    layers.dim(smoothstep(-0.1, -0.6, inside) * reach, float(rng.uniform(0.0, 0.4)))
    edge = bell(inside - 0.03, float(rng.uniform(0.08, 0.3)))
    plate = np.maximum(edge, 0.6 * smoothstep(-leaf.thick, 0.0, inside) * bell(inside, 0.4))
    net = vessels(local.x, local.y, rng, "fine", 0.9) * np.float32(rng.uniform(0.0, 0.8))
    colour = blend(palette.rim, palette.flush, net)
    layers.paint(colour, f32(plate * reach * rng.uniform(0.3, 0.9)))
    petiole = bump(local, (0.0, -0.2), 0.15)
    layers.raise_by(f32(shape.petiole * view.scale * petiole))


def draw_folds(layers: Layers, local: Local, shape: Shape, view: View, edges: Edges) -> None:
    """False cords, a roll around the commissure, and the ventricle's dark line inside it."""
    crisp = 0.4 if view.name == "close" else 1.0
    ahead = np.clip(0.02 - local.v, 0, None)
    beyond = np.sqrt(np.clip(edges.beyond, 0, None) ** 2 + ahead**2) - edges.width
    along = smoothstep(-0.4, 0.0, local.v) * smoothstep(1.15, 0.7, local.v)
    fold = smoothstep(0.0, 0.2 * crisp, beyond)
    fold = fold * smoothstep(1.8, 0.7, beyond * (1 / shape.false_width))
    opened = lerp(shape.ventricle[1], shape.ventricle[0], edges.right)
    opened = opened * (0.4 + 0.6 * smoothstep(0.0, 0.3, local.v))
    groove = f32(bell(beyond - 0.015, 0.022 * crisp + local.soft) * along * opened)
    scale = view.scale
    layers.raise_by(f32(scale * (shape.false_height * fold * along - 0.06 * groove)))
    layers.dim(groove, 0.8)


def draw_cords(
    layers: Layers,
    local: Local,
    shape: Shape,
    view: View,
    palette: Palette,
    edges: Edges,
    rng: np.random.Generator,
) -> None:
    """True cords: pale bands, rounded towards the gap, with vessels along them."""
    u, v = local.u, local.v
    across = f32(np.clip(edges.beyond / np.maximum(edges.width, 0.02), 0, 1))
    hump = 1 - (2 * across - 1) ** 2
    swelling = 0.05 + lerp(shape.bulge[1], shape.bulge[0], edges.right)
    layers.raise_by(f32(view.scale * swelling * hump * edges.cord))
    near = view.name == "close"
    fibres = np.clip(noise("grain", 1.2 * u, 0.1 * v, rng, 0.8), -2, 2)
    net = vessels(2.2 * u, 0.5 * v, rng, "fine", 1.2 if near else 0.8)
    net = np.clip(1.6 * net, 0, 1) * np.float32(rng.uniform(0.1, 0.8))
    colour = blend(palette.cord, palette.base, f32(0.4 * smoothstep(0.5, 1.0, across)))
    colour = blend(colour, palette.flush, net)
    colour = colour * (1 + np.float32(rng.uniform(0.06, 0.4) if near else 0.05) * fibres)
    if near:
        layers.raise_by(f32(np.float32(0.02 * rng.uniform(0, 1) ** 2) * fibres * edges.cord))
    layers.paint(colour, f32(edges.cord * rng.uniform(0.5, 0.9)))
    layers.moisten(edges.cord, float(rng.uniform(0.5, 1.0)))


def draw_meeting(layers: Layers, local: Local, edges: Edges, strength: float) -> None:
    """The line in which closed cords meet."""
    line = f32(bell(local.u, max(1.2 * local.soft, 0.016)) * edges.along * (1 - edges.gap))
    layers.dim(line, strength)
