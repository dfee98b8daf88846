"""Augmentation that keeps left and right apart: a flip is the caller's, with label and caption."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from entdemo.image.corruptions import DiscCrop, Glare, Recolour, UnevenLight, noise
from entdemo.training.config import AugmentConfig

_GROUP = 4
"""Frames that share one draw of the parameters: a quarter of the calls, little less variety."""


class Augment:
    """Small changes of pose; then light, colour, blur, noise and occlusion.

    Rotation stays within 15 degrees: a clock-face cue then still tells the side.

    Args:
        size: side S of the network's input in pixels.
        config: further degradations.
    """

    def __init__(self, size: int, config: AugmentConfig) -> None:
        self.pose = v2.Compose(
            [
                *_some(DiscCrop(), config.disc_crop),
                v2.RandomAffine(
                    degrees=15.0,
                    translate=(0.08, 0.08),
                    scale=(0.8, 1.3),
                    shear=6.0,
                    interpolation=v2.InterpolationMode.BILINEAR,
                ),
                v2.RandomResizedCrop(size, scale=(0.6, 1.0), ratio=(0.85, 1.18), antialias=True),
            ]
        )
        self.look = v2.Compose(
            [
                *_some(Recolour(), config.recolour),
                *_some(UnevenLight(), config.light),
                v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.06)], p=0.8),
                v2.RandomGrayscale(p=0.1),
                *_some(Glare(), config.glare),
                v2.RandomApply([v2.GaussianBlur(5, sigma=(0.3, 2.0))], p=0.3),
            ]
        )
        self.hide = v2.RandomErasing(p=0.3, scale=(0.02, 0.15), value=0)

    def __call__(self, squares: Tensor) -> tuple[Tensor, Tensor]:
        """Draw from torch's global generator.

        Args:
            squares: uint8 [B, 3, S0, S0].

        Returns:
            float32 [B, 3, S, S] in 0..1: frames in a new pose with a degraded look, and the same
            frames in that pose with their own look.
        """
        degraded, clean = [], []
        for group in torch.split(squares, _GROUP):
            pixels = self.pose(group).float().div_(255)
            degraded.append(self.hide(_expose(self.look(pixels))))
            clean.append(pixels)
        return torch.cat(degraded), torch.cat(clean)


def turn_some(squares: Tensor, turned: Tensor) -> Tensor:
    """Turn frames by 60 to 300 degrees, so that no clock-face cue tells the side.

    Args:
        squares: uint8 [B, 3, S, S].
        turned: bool [B], which of them.
    """
    if not turned.any():
        return squares
    angles = torch.empty(len(squares)).uniform_(60, 300)
    squares = squares.clone()
    for at in turned.nonzero().flatten().tolist():
        squares[at] = functional.rotate(squares[at], float(angles[at]))
    return squares


def _some(transform: v2.Transform, share: float) -> list[v2.Transform]:
    """Nothing, and no draw, for a share of 0."""
    return [v2.RandomApply([transform], p=share)] if share else []


def _expose(pixels: Tensor) -> Tensor:
    """Expose each frame by a random gamma, with sensor noise of a random strength."""
    strength = (torch.rand(len(pixels), 1, 1, 1) ** 2 * 0.06).to(pixels.device)
    gamma = torch.empty(len(pixels), 1, 1, 1).uniform_(-0.4, 0.4).exp().to(pixels.device)
    return noise(pixels.clamp(1e-4, 1).pow(gamma), strength)
