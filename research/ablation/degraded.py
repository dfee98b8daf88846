"""A harder domain: narrow-band colours, blur, fluid, glare, noise and coarse compression.

The shipped base has seen none of these at such strength. Nothing here mirrors a picture.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator

_FLUIDS = ((0.35, 0.04, 0.05), (0.22, 0.03, 0.02), (0.55, 0.5, 0.3))
"""Blood, old blood and mucus, as RGB in 0..1."""


def degraded(squares: Picture, seed: int) -> Picture:
    """Degrade frames; the same seed and order give the same result.

    Args:
        squares: uint8 [N, S, S, 3].
        seed: draws the faults of frame ``i`` together with ``i``.

    Returns:
        uint8 [N, S, S, 3].
    """
    return np.stack(
        [_degrade(square, np.random.default_rng([seed, i])) for i, square in enumerate(squares)]
    )


def _degrade(square: Picture, rng: Rng) -> Picture:
    pixels = _narrow_band(_floats(square), rng)
    for _ in range(int(rng.integers(1, 3))):
        pixels = _fluid(pixels, rng)
    pixels = _blur(pixels, rng)
    pixels = _glare(pixels, rng)
    pixels = pixels ** np.float32(np.exp(rng.uniform(-0.4, 0.4)))
    noise = rng.standard_normal(pixels.shape, np.float32) * np.float32(rng.uniform(0.02, 0.05))
    return _compress(_bytes(pixels + noise), rng)


def _narrow_band(pixels: Floats, rng: Rng) -> Floats:
    """Green light shown as red, blue light shown as green and blue, as narrow-band imaging does."""
    green, blue = pixels[..., 1], pixels[..., 2]
    shown = np.stack([green, blue, blue], axis=-1) * np.float32(rng.uniform(1.2, 1.8))
    share = np.float32(rng.uniform(0.85, 1.0))
    mixed: Floats = pixels + share * (np.clip(shown, 0, 1) - pixels)
    return mixed


def _blob(side: int, rng: Rng, low: float, high: float) -> Floats:
    """[S, S, 1] soft ellipse in 0..1, anywhere; half-axes in shares of the side."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    angle = rng.uniform(0, np.pi)
    dx, dy = x - rng.uniform(0.1, 0.9), y - rng.uniform(0.1, 0.9)
    along = (dx * np.cos(angle) + dy * np.sin(angle)) / rng.uniform(low, high)
    across = (dy * np.cos(angle) - dx * np.sin(angle)) / rng.uniform(low, high)
    soft: Floats = np.clip(1.6 - (along**2 + across**2), 0, 1).astype(np.float32)
    return soft[..., None]


def _fluid(pixels: Floats, rng: Rng) -> Floats:
    colour = np.asarray(_FLUIDS[int(rng.integers(len(_FLUIDS)))], np.float32)
    cover = _blob(pixels.shape[0], rng, 0.08, 0.3) * np.float32(rng.uniform(0.7, 1.0))
    covered: Floats = pixels + cover * (colour - pixels)
    return covered


def _glare(pixels: Floats, rng: Rng) -> Floats:
    for _ in range(int(rng.integers(1, 5))):
        pixels = np.maximum(pixels, _blob(pixels.shape[0], rng, 0.02, 0.1))
    return pixels


def _blur(pixels: Floats, rng: Rng) -> Floats:
    radius = rng.uniform(0.003, 0.008) * pixels.shape[0]
    soft = Image.fromarray(_bytes(pixels)).filter(ImageFilter.GaussianBlur(radius))
    return _floats(np.asarray(soft))


def _compress(square: Picture, rng: Rng) -> Picture:
    buffer = BytesIO()
    Image.fromarray(square).save(buffer, "JPEG", quality=int(rng.integers(15, 40)))
    return np.asarray(Image.open(buffer).convert("RGB"))


def _floats(square: Picture) -> Floats:
    return square.astype(np.float32) / np.float32(255)


def _bytes(pixels: Floats) -> Picture:
    return (np.clip(pixels, 0, 1) * 255).astype(np.uint8)
