"""Textures of tissue: fractal noise, vessel networks, mucosa and skin colouring.

All noise comes from tileable banks that are made once per process from fixed seeds; a draw
picks a random window, turn and scale of a bank, so it costs one table look-up per pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from entdemo.phantom.shapes import dim, f32, mix, smoothstep

Array = NDArray[np.float32]
Colour = tuple[float, float, float]
Kind = Literal["cloud", "soft", "grain", "ridge", "fold"]
Calibre = Literal["fine", "medium", "coarse"]

TILE = 1024
_PERIOD = 4.0  # picture units that one tile spans at scale 1


def srgb(red: float, green: float, blue: float) -> Colour:
    """Linear RGB (0..1) of an sRGB colour in 0..255."""
    values = np.array([red, green, blue], float) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear[0]), float(linear[1]), float(linear[2])


def _spectral(seed: int, slope: float, low: float, high: float) -> Array:
    """Tileable noise whose amplitude falls with frequency^slope within a band, std 1."""
    rng = np.random.default_rng([seed, 7])
    fy = np.fft.fftfreq(TILE, 1 / TILE)[:, None]
    fx = np.fft.rfftfreq(TILE, 1 / TILE)[None, :]
    frequency = np.maximum(np.hypot(fx, fy), 1e-6)
    weight = frequency**-slope * np.exp(-((frequency / high) ** 2))
    weight *= 1 - np.exp(-((frequency / low) ** 2))
    spectrum = np.fft.rfft2(rng.standard_normal((TILE, TILE))) * weight
    field = np.fft.irfft2(spectrum, s=(TILE, TILE))
    return f32((field - field.mean()) / field.std())


@lru_cache(maxsize=8)
def _bank(kind: Kind) -> Array:
    if kind == "cloud":
        return _spectral(1, 1.7, 2.0, 200.0)
    if kind == "soft":
        return _spectral(2, 1.2, 2.0, 9.0)
    if kind == "grain":
        return _spectral(3, 0.6, 24.0, 220.0)
    if kind == "ridge":
        crest = 1 - np.abs(_spectral(4, 1.2, 3.0, 24.0))
        return f32((crest - crest.mean()) / crest.std())
    crest = np.abs(_spectral(5, 1.0, 5.0, 14.0)) + 0.3 * np.abs(_spectral(6, 0.6, 14.0, 40.0))
    return f32((crest - crest.mean()) / crest.std())


def _look_up(bank: Array, x: Array, y: Array, scale: float, rng: np.random.Generator) -> Array:
    """A randomly turned and shifted window of a bank; ``scale`` > 1 makes features smaller."""
    angle, step = rng.uniform(0, 2 * np.pi), TILE / _PERIOD * scale
    c, s = step * float(np.cos(angle)), step * float(np.sin(angle))
    column = (x * c + y * s + rng.uniform(0, TILE)).astype(np.int32) & (TILE - 1)
    row = (y * c - x * s + rng.uniform(0, TILE)).astype(np.int32) & (TILE - 1)
    return np.take(bank, row * TILE + column)


def noise(kind: Kind, x: Array, y: Array, rng: np.random.Generator, scale: float = 1.0) -> Array:
    """Noise of mean 0 and deviation 1 at the given coordinates (warp them for other looks).

    ``cloud`` is fractal, ``soft`` has only large blobs, ``grain`` only fine detail, ``ridge``
    bright crests, ``fold`` dark creases. Features are a fixed part of the picture at scale 1.
    """
    return _look_up(_bank(kind), x, y, scale, rng)


def window(kind: Kind, size: int, rng: np.random.Generator, step: int = 1) -> Array:
    """Noise like ``noise``'s over a whole [size, size] picture, cut from a bank as it lies.

    Nearly free, where ``noise`` takes a look-up per pixel; features are ``step`` / 2.3 times as
    fine on a grid of 224 as ``noise`` draws them at scale 1.

    Args:
        kind: as in ``noise``.
        size: side in pixels; ``size * step`` at most 1024.
        rng: draws place, mirroring and turn of the window.
        step: distance of neighbouring pixels on the bank.
    """
    top, left = rng.integers(0, TILE - size * step + 1, 2)
    cut = _bank(kind)[top : top + size * step : step, left : left + size * step : step]
    flip = int(rng.integers(8))
    cut = cut[:: 1 - 2 * (flip & 1), :: 1 - (flip & 2)]
    return np.ascontiguousarray(cut.T if flip & 4 else cut)


def _branch(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, start: NDArray[np.float64], width: float
) -> None:
    """One vessel as a wandering line that thins out and throws side branches."""
    angle = rng.uniform(0, 2 * np.pi)
    stack = [(start, angle, width, int(rng.integers(30, 70)))]
    while stack:
        place, angle, width, steps = stack.pop()
        for _ in range(steps):
            angle += rng.normal(0, 0.22)
            following = place + 9 * np.array([np.cos(angle), np.sin(angle)])
            _wrapped_line(draw, place, following, width)
            place, width = following, width * 0.985
            if width > 1.2 and rng.random() < 0.07:
                turn = angle + rng.choice([-1, 1]) * rng.uniform(0.4, 1.1)
                stack.append((place, turn, width * 0.65, steps // 2))


def _wrapped_line(
    draw: ImageDraw.ImageDraw, a: NDArray[np.float64], b: NDArray[np.float64], width: float
) -> None:
    shift = -np.floor(a / TILE) * TILE
    a, b = a + shift, b + shift
    ink = int(min(255, 90 + 45 * width))
    for dx in (-TILE, 0, TILE):
        for dy in (-TILE, 0, TILE):
            ends = [a[0] + dx, a[1] + dy, b[0] + dx, b[1] + dy]
            if max(ends) > -40 and min(ends) < TILE + 40:
                draw.line(ends, fill=ink, width=max(1, round(width)))


_CALIBRES: dict[Calibre, tuple[int, float]] = {
    "fine": (70, 2.6),
    "medium": (26, 4.5),
    "coarse": (10, 9.0),
}


@lru_cache(maxsize=4)
def _vessel_bank(calibre: Calibre) -> Array:
    count, width = _CALIBRES[calibre]
    rng = np.random.default_rng([count, 11])
    canvas = Image.new("L", (TILE, TILE))
    draw = ImageDraw.Draw(canvas)
    for _ in range(count):
        _branch(draw, rng, rng.uniform(0, TILE, 2), width * rng.uniform(0.6, 1.2))
    blurred = canvas.filter(ImageFilter.GaussianBlur(1.2))
    return np.asarray(blurred, np.float32) / np.float32(255)


def vessels(
    x: Array,
    y: Array,
    rng: np.random.Generator,
    calibre: Calibre = "medium",
    scale: float = 1.0,
) -> Array:
    """Branching vessels in 0..1 with soft walls; scale 1 fits a surface that fills the disc."""
    return _look_up(_vessel_bank(calibre), x, y, scale, rng)


@dataclass(frozen=True)
class Coat:
    """How a surface is coloured.

    Attributes:
        base: linear RGB of the tissue.
        flush: linear RGB of its redder, blood-filled patches.
        pale: linear RGB of its paler, stretched or oedematous patches.
        blotches: strength of both kinds of patches, 0..1.
        vessel: strength of visible vessels, 0..1.
        grain: strength of fine mottling, 0..1.
        scale: feature scale, 1 for a surface that fills the disc, more for a far one.
    """

    base: Colour
    flush: Colour
    pale: Colour
    blotches: float = 0.5
    vessel: float = 0.3
    grain: float = 0.15
    scale: float = 1.0


def coat_albedo(x: Array, y: Array, rng: np.random.Generator, coat: Coat) -> Array:
    """Colour a surface: patches, mottling and vessels; linear RGB [S, S, 3] in 0..1."""
    cloud = noise("cloud", x, y, rng, 0.5 * coat.scale)
    albedo = mix(coat.base, coat.flush, coat.blotches * smoothstep(0.0, 1.8, cloud))
    albedo = mix(albedo, coat.pale, coat.blotches * smoothstep(-0.2, -2.0, cloud))
    if coat.vessel > 0:
        albedo = with_vessels(albedo, x, y, rng, coat.vessel, coat.scale)
    if coat.grain > 0:
        fine = noise("grain", x, y, rng, coat.scale)
        albedo = dim(albedo, f32(1 + coat.grain * np.clip(fine, -2, 2)))
    return np.clip(albedo, 0.002, 1)


def with_vessels(
    albedo: Array,
    x: Array,
    y: Array,
    rng: np.random.Generator,
    strength: float,
    scale: float = 1.0,
    tint: Sequence[float] = (0.55, 0.08, 0.07),
) -> Array:
    """Lay fine and medium vessels over ``albedo``, in patches rather than everywhere."""
    net = vessels(x, y, rng, "medium", 0.6 * scale)
    net = np.maximum(net, 0.7 * vessels(x, y, rng, "fine", 0.8 * scale))
    patch = smoothstep(-1.2, 0.8, noise("soft", x, y, rng, 0.6 * scale))
    return f32(albedo * mix((1.0, 1.0, 1.0), tint, f32(strength * net * patch)))


MUCOSA_TINTS: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(205, 110, 100), srgb(180, 60, 55), srgb(225, 160, 145)),
    (srgb(190, 85, 70), srgb(150, 45, 40), srgb(215, 140, 115)),
    (srgb(215, 135, 115), srgb(190, 85, 75), srgb(235, 185, 160)),
    (srgb(175, 70, 65), srgb(130, 30, 35), srgb(205, 120, 110)),
    (srgb(210, 125, 120), srgb(175, 70, 85), srgb(230, 180, 175)),
)
"""Base, flushed and pale colours of wet mucosa from pink to brick red, beige and livid."""

SKIN_TINTS: tuple[tuple[Colour, Colour, Colour], ...] = (
    (srgb(215, 145, 110), srgb(195, 90, 65), srgb(235, 190, 150)),
    (srgb(205, 125, 90), srgb(180, 70, 50), srgb(230, 175, 120)),
    (srgb(195, 110, 75), srgb(165, 55, 38), srgb(220, 165, 100)),
    (srgb(220, 160, 135), srgb(205, 110, 95), srgb(235, 200, 180)),
    (srgb(200, 115, 95), srgb(175, 65, 60), srgb(225, 165, 145)),
    (srgb(226, 178, 164), srgb(206, 128, 118), srgb(240, 214, 200)),
    (srgb(222, 168, 160), srgb(196, 108, 106), srgb(238, 204, 196)),
    (srgb(226, 190, 166), srgb(208, 146, 118), srgb(242, 222, 200)),
    (srgb(212, 170, 158), srgb(190, 118, 112), srgb(232, 204, 190)),
)
"""Base, flushed and pale colours of the ear canal's skin."""


def mucosa(
    x: Array, y: Array, rng: np.random.Generator, vessel: float = 0.3, scale: float = 1.0
) -> Array:
    """Wet mucosa in a tint drawn at random; linear RGB [S, S, 3]."""
    return _random_coat(MUCOSA_TINTS, x, y, rng, vessel, scale)


def skin(
    x: Array, y: Array, rng: np.random.Generator, vessel: float = 0.1, scale: float = 1.0
) -> Array:
    """Skin of the outer passages in a tint drawn at random; linear RGB [S, S, 3]."""
    return _random_coat(SKIN_TINTS, x, y, rng, vessel, scale)


def _random_coat(
    tints: Sequence[tuple[Colour, Colour, Colour]],
    x: Array,
    y: Array,
    rng: np.random.Generator,
    vessel: float,
    scale: float,
) -> Array:
    base, flush, pale = tints[int(rng.integers(len(tints)))]
    coat = Coat(
        base,
        flush,
        pale,
        blotches=rng.uniform(0.15, 0.8),
        vessel=vessel * rng.uniform(0.5, 1.5),
        grain=rng.uniform(0.0, 0.07),
        scale=scale,
    )
    return coat_albedo(x, y, rng, coat)
