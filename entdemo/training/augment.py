"""Augmentation that keeps left and right apart: a flip is the caller's, with label and caption."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.transforms import v2

_GROUP = 4
"""Frames that share one draw of the parameters: a quarter of the calls, little less variety."""


class Augment:
    """Light, colour, blur, noise, occlusion, and small changes of pose.

    Rotation stays within 15 degrees: a clock-face cue then still tells the side.

    Args:
        size: side S of the network's input in pixels.
    """

    def __init__(self, size: int) -> None:
        self.pose = v2.Compose(
            [
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
                v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.06)], p=0.8),
                v2.RandomGrayscale(p=0.1),
                v2.RandomApply([v2.GaussianBlur(5, sigma=(0.3, 2.0))], p=0.3),
            ]
        )
        self.hide = v2.RandomErasing(p=0.3, scale=(0.02, 0.15), value=0)

    def __call__(self, squares: Tensor) -> Tensor:
        """uint8 [B, 3, S0, S0] -> float32 [B, 3, S, S] in 0..1, from torch's global generator."""
        groups = []
        for group in torch.split(squares, _GROUP):
            pixels = self.pose(group).float().div_(255)
            groups.append(self.hide(_noise(self.look(pixels))))
        return torch.cat(groups)


def _noise(pixels: Tensor) -> Tensor:
    """Sensor noise of a random strength, and a random gamma for the exposure."""
    strength = torch.rand(len(pixels), 1, 1, 1) ** 2 * 0.06
    gamma = torch.empty(len(pixels), 1, 1, 1).uniform_(-0.4, 0.4).exp()
    noisy = pixels.clamp(1e-4, 1).pow(gamma) + torch.randn_like(pixels) * strength
    return noisy.clamp(0, 1)
