"""Squares of pixels to the network's input."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from entdemo.model.base import base_shape, is_hybrid
from entdemo.model.published import expected_of

_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
_LITE0_MEAN = (0.5, 0.5, 0.5)
_LITE0_STD = (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class Preprocess:
    """Size and normalisation of the network's input.

    Attributes:
        image_size: side S in pixels.
        mean: of red, green and blue in 0..1.
        std: of red, green and blue.
    """

    image_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def tensor(self, squares: NDArray[np.uint8]) -> Tensor:
        """uint8 [B, S, S, 3] -> float32 [B, 3, S, S], normalised."""
        pixels = torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2)
        return self.normalise(pixels.float().div_(255))

    def normalise(self, pixels: Tensor) -> Tensor:
        """float [B, 3, S, S] in 0..1 -> normalised."""
        mean = torch.tensor(self.mean, device=pixels.device).view(3, 1, 1)
        std = torch.tensor(self.std, device=pixels.device).view(3, 1, 1)
        return (pixels - mean) / std

    @property
    def hash(self) -> str:
        """Short hash: vectors made with another preprocess must not be compared."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]


def resized(squares: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """uint8 [N, S0, S0, 3] -> [N, size, size, 3], antialiased; as they are where S0 is size."""
    if squares.shape[1] == size:
        return squares
    pixels = torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2)
    small = functional.interpolate(
        pixels, size=(size, size), mode="bilinear", antialias=True, align_corners=False
    )
    return small.permute(0, 2, 3, 1).contiguous().numpy()


def preprocess_of(base: str, tag: str | None = None) -> Preprocess:
    """The preprocess that a base's weights expect.

    Args:
        base: an open_clip model name.
        tag: of published weights; their own mean and standard deviation are used.
    """
    size = base_shape(base).image_size
    if is_hybrid(base):
        return Preprocess(size, _LITE0_MEAN, _LITE0_STD)
    expected = expected_of(base, tag) if tag else None
    return Preprocess(
        size,
        (expected and expected.mean) or _CLIP_MEAN,
        (expected and expected.std) or _CLIP_STD,
    )
