"""Findings of the larynx: how they change its shape and what they add to the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.facts import Observation, Side, Size
from entdemo.phantom.larynx_parts import Edges, Palette, between, bump
from entdemo.phantom.larynx_shape import Local, Shape, View
from entdemo.phantom.layers import Layers, blend
from entdemo.phantom.shapes import bell, f32, smoothstep
from entdemo.phantom.tissue import noise, srgb

Array = NDArray[np.float32]

_KEYS = ("oedema", "redness", "nodule", "polyp", "obliteration", "mucus")
_SIZES: dict[Size, float] = {"small": 0.055, "medium": 0.085, "large": 0.13}


@dataclass(frozen=True)
class Lesion:
    """A body on the free edge of a cord: place along the cord and radius, in local units."""

    key: str
    side: Side
    v: float
    radius: float


def sample_observations(view: View, rng: np.random.Generator) -> tuple[Observation, ...]:
    """None in a third of the frames, else one finding, or two that may go together.

    Nodules and polyps are left out where the glottis is too small in the picture to show them.
    """
    if rng.random() < 0.33:
        return ()
    small = view.length < 0.42
    first = str(rng.choice([key for key in _KEYS if not (small and key in ("nodule", "polyp"))]))
    keys = [first]
    if rng.random() < 0.25:
        second = str(rng.choice(("redness", "mucus")))
        keys += [second] if second != first else []
    return tuple(_observe(key, rng) for key in keys)


def _observe(key: str, rng: np.random.Generator) -> Observation:
    one: Side = "left" if rng.random() < 0.5 else "right"
    sizes: tuple[Size, ...] = ("small", "medium", "large")
    if key == "polyp":
        return Observation(key, side=one, size=sizes[int(rng.integers(3))])
    if key == "nodule":
        return Observation(key, side="both", size=sizes[int(rng.integers(2))])
    if key == "oedema":
        return Observation(key, side="both" if rng.random() < 0.7 else one)
    if key == "redness":
        return Observation(key, side="both")
    if key == "obliteration":
        return Observation(key, side="both" if rng.random() < 0.8 else one)
    return Observation(key)


def has_side(side: Side | None, right: bool) -> bool:
    """Whether a finding of ``side`` shows on the patient's right (or left)."""
    return side == "both" or side == ("right" if right else "left")


def _pair(old: tuple[float, float], side: Side | None, new: float) -> tuple[float, float]:
    return (new if has_side(side, True) else old[0], new if has_side(side, False) else old[1])


def reshape(shape: Shape, observations: tuple[Observation, ...], rng: np.random.Generator) -> Shape:
    """The shape with swollen cords or obliterated ventricles where they are observed."""
    for seen in observations:
        if seen.key == "oedema":
            shape = replace(
                shape,
                cord=_pair(shape.cord, seen.side, float(rng.uniform(0.22, 0.34))),
                bulge=_pair(shape.bulge, seen.side, float(rng.uniform(0.12, 0.22))),
                bump_size=shape.bump_size * float(rng.uniform(1.0, 1.25)),
            )
        elif seen.key == "obliteration":
            shape = replace(
                shape,
                ventricle=_pair(shape.ventricle, seen.side, 0.0),
                cord=_pair(shape.cord, seen.side, float(rng.uniform(0.07, 0.11))),
                false_height=float(rng.uniform(0.22, 0.32)),
            )
        elif seen.key == "nodule" and shape.gap == 0:
            shape = replace(shape, hourglass=float(rng.uniform(0.004, 0.014)))
    return shape


def sample_lesions(
    observations: tuple[Observation, ...], rng: np.random.Generator
) -> tuple[Lesion, ...]:
    """Nodules face each other at the front third of the cords, a polyp sits on one."""
    lesions: list[Lesion] = []
    for seen in observations:
        if seen.size is None:
            continue
        radius = _SIZES[seen.size] * float(rng.uniform(0.9, 1.1))
        if seen.key == "nodule":
            v = float(rng.uniform(0.4, 0.52))
            lesions += [Lesion("nodule", side, v, 0.6 * radius) for side in ("right", "left")]
        else:
            v = float(rng.uniform(0.3, 0.65))
            lesions.append(Lesion("polyp", seen.side or "left", v, radius))
    return tuple(lesions)


def edge_insets(
    lesions: tuple[Lesion, ...], local: Local, oedema: Observation | None
) -> tuple[Array, Array]:
    """How far each free edge bulges to the midline, [S, S] for right and left."""
    insets = [np.zeros_like(local.v), np.zeros_like(local.v)]
    for lesion in lesions:
        if lesion.key == "nodule":
            index = 0 if lesion.side == "right" else 1
            insets[index] = insets[index] + lesion.radius * bell(local.v - lesion.v, 0.09)
    if oedema is not None:
        belly = 0.05 * np.clip(4 * local.v * (1 - local.v), 0, 1)
        insets = [
            inset + belly * has_side(oedema.side, right)
            for inset, right in zip(insets, (True, False), strict=True)
        ]
    return f32(insets[0]), f32(insets[1])


def redden(palette: Palette, rng: np.random.Generator) -> Palette:
    """Flushed cords and mucosa."""
    red = between(srgb(190, 60, 52), srgb(206, 92, 84), rng.random())
    return replace(
        palette,
        base=between(palette.base, palette.flush, float(rng.uniform(0.2, 0.6))),
        cord=between(palette.cord, red, float(rng.uniform(0.75, 1.0))),
    )


def swell_colour(palette: Palette, rng: np.random.Generator) -> Palette:
    """Watery, translucent cords."""
    watery = between(srgb(226, 190, 172), srgb(214, 196, 190), rng.random())
    return replace(palette, cord=between(palette.cord, watery, 0.7))


def draw_lesions(
    layers: Layers,
    local: Local,
    view: View,
    edges: Edges,
    palette: Palette,
    lesions: tuple[Lesion, ...],
    rng: np.random.Generator,
) -> None:
    """Lay nodules and polyps onto the free edges."""
    for lesion in lesions:
        if lesion.key == "nodule":
            _draw_nodule(layers, local, view, edges, lesion)
        else:
            _draw_polyp(layers, local, view, edges, palette, lesion, rng)


def _draw_nodule(layers: Layers, local: Local, view: View, edges: Edges, lesion: Lesion) -> None:
    own = edges.right if lesion.side == "right" else 1 - edges.right
    r2 = (edges.beyond - 0.02) ** 2 + (local.v - lesion.v) ** 2
    body = smoothstep(2.2, 0.2, f32(r2 * (1 / lesion.radius**2))) * own * (1 - edges.gap)
    layers.paint(srgb(240, 220, 205), f32(0.75 * body))
    layers.raise_by(f32(0.8 * lesion.radius * view.scale * body))
    layers.moisten(body, 1.0)


def _draw_polyp(
    layers: Layers,
    local: Local,
    view: View,
    edges: Edges,
    palette: Palette,
    lesion: Lesion,
    rng: np.random.Generator,
) -> None:
    sign = -1 if lesion.side == "right" else 1
    near = np.abs(local.v - lesion.v) + 4 * (local.u * sign < 0)
    row = np.unravel_index(int(np.argmin(near + 9 * np.abs(edges.beyond))), near.shape)
    du, dv = local.u - local.u[row], local.v - local.v[row]
    wobble = 1 + float(rng.uniform(0.05, 0.25)) * noise("soft", local.u, local.v, rng, 3.0)
    shift = sign * lesion.radius * float(rng.uniform(-0.3, 0.2))
    t = np.hypot(du - shift, dv * float(rng.uniform(0.75, 1.1))) * wobble / lesion.radius
    mask = smoothstep(1.0 + local.soft / lesion.radius, 1.0 - 1.5 * local.soft / lesion.radius, t)
    dome = np.sqrt(np.clip(1 - t * t, 0, 1))
    tones = (srgb(206, 84, 78), srgb(222, 160, 150), srgb(232, 200, 190), palette.base)
    tone = tones[int(rng.integers(len(tones)))]
    colour = blend(tone, srgb(245, 225, 215), 0.2 * dome)
    depth = view.distance - view.scale * lesion.radius * (0.2 + 0.9 * dome)
    layers.dim(f32(bell(t, 1.3) * (1 - mask)), 0.35)
    layers.cover(f32(mask), colour, f32(np.minimum(depth, layers.depth)), 1.0)


def draw_mucus(
    layers: Layers, local: Local, view: View, edges: Edges, rng: np.random.Generator
) -> None:
    """White blobs on the cords and sometimes a strand across the glottis."""
    for _ in range(int(rng.integers(2, 5))):
        place = (float(rng.normal(0, 0.16)), float(rng.uniform(0.15, 1.1)))
        blob = bump(local, place, float(rng.uniform(0.05, 0.11)), float(rng.uniform(0.8, 2.0)))
        rough = noise("cloud", local.x, local.y, rng, 2.0)
        mask = smoothstep(0.35, 0.6, f32(blob * (1 + 0.4 * rough))) * (1 - edges.gap)
        _lay_mucus(layers, mask, blob, view, rng)
    if rng.random() < 0.35:
        v = float(rng.uniform(0.3, 0.9))
        sag = local.v - v - float(rng.normal(0, 0.4)) * local.u
        sag = f32(sag + float(rng.normal(0, 1.2)) * local.u**2)
        strand = bell(sag, 0.006 + local.soft) * smoothstep(0.35, 0.15, np.abs(local.u))
        _lay_mucus(layers, f32(0.9 * strand), strand, view, rng)


def _lay_mucus(
    layers: Layers, mask: Array, blob: Array, view: View, rng: np.random.Generator
) -> None:
    cream = between(srgb(236, 232, 224), srgb(226, 214, 170), rng.random())
    strength = float(rng.uniform(0.55, 0.9))
    depth = np.minimum(layers.depth, view.distance) - 0.02 * view.scale * blob
    layers.cover(f32(strength * mask), cream, f32(depth), 1.0)
