"""A harder domain: narrow-band colours, blur, fluid, glare, noise and coarse compression.

The shipped base has seen none of these at such strength. Nothing here mirrors a picture.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.transforms import v2

from entdemo.image import corruptions
from entdemo.image.corruptions import Fluid, Glare, NarrowBand

Picture = NDArray[np.uint8]
Rng = np.random.Generator

_SURFACE = v2.Compose([NarrowBand(), v2.RandomOrder([Fluid(), Glare()])])


def degraded(squares: Picture, seed: int) -> Picture:
    """Degrade frames; the same seed and order give the same result.

    Args:
        squares: uint8 [N, S, S, 3].
        seed: draws the faults of frame ``i`` together with ``i``.

    Returns:
        uint8 [N, S, S, 3].
    """
    with torch.random.fork_rng(devices=[]):
        return np.stack([_degrade(square, [seed, i]) for i, square in enumerate(squares)])


def _degrade(square: Picture, seed: list[int]) -> Picture:
    rng = np.random.default_rng(seed)
    torch.manual_seed(int(rng.integers(2**63)))
    pixels: Tensor = torch.from_numpy(square).permute(2, 0, 1) / 255
    pixels = corruptions.blur(_SURFACE(pixels), rng.uniform(0.003, 0.008))
    pixels = pixels ** float(np.exp(rng.uniform(-0.4, 0.4)))
    pixels = corruptions.noise(pixels, rng.uniform(0.02, 0.05))
    pixels = corruptions.jpeg(pixels, int(rng.integers(15, 40)))
    found: Picture = (pixels * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return found
