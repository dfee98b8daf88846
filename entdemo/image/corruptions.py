"""What an endoscope does to a frame, as torchvision transforms; none moves or mirrors anything."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

_MAX_SPOTS = 4
_SPOT_RADII = (0.02, 0.4)
"""From a highlight on wet tissue to a near wall that outshines a fifth of the frame's width."""


class DiscCrop(v2.Transform):  # type: ignore[misc]
    """The middle of the frame, 55 to 80 % of its side: the disc's rim is mostly out of view."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        side = min(flat_inputs[0].shape[-2:])
        return {"side": int(side * _uniform(0.55, 0.8))}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        """[..., 3, S, S] -> [..., 3, side, side]."""
        cropped: Tensor = functional.center_crop(inpt, [params["side"], params["side"]])
        return cropped


class UnevenLight(v2.Transform):  # type: ignore[misc]
    """A lamp that stands off the middle: near it brighter by up to a third, far darker."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        centre = (_uniform(-0.7, 0.7), _uniform(-0.7, 0.7))
        return {"centre": centre, "reach": _uniform(0.6, 1.5), "gain": _uniform(1.05, 1.35)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        """float [..., 3, S, S] in 0..1, as before."""
        distance = _distance(inpt, *params["centre"])
        light = params["gain"] / (1 + (distance / params["reach"]) ** 2).sqrt()
        lit: Tensor = (inpt * light).clamp(0, 1)
        return lit


class Glare(v2.Transform):  # type: ignore[misc]
    """One to four white spots with soft edges, small and large ones equally often by factor."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        count = int(torch.randint(1, _MAX_SPOTS + 1, ()))
        return {
            "spots": [
                (_uniform(-0.7, 0.7), _uniform(-0.7, 0.7), _radius(), _uniform(0.4, 1.0))
                for _ in range(count)
            ]
        }

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        """float [..., 3, S, S] in 0..1, as before."""
        for x, y, radius, strength in params["spots"]:
            white = strength * torch.exp(-((_distance(inpt, x, y) / radius) ** 2))
            inpt = inpt + white * (1 - inpt)
        return inpt


def _uniform(low: float, high: float) -> float:
    return float(torch.empty(()).uniform_(low, high))


def _radius() -> float:
    low, high = map(math.log, _SPOT_RADII)
    return math.exp(_uniform(low, high))


def _distance(pixels: Tensor, x: float, y: float) -> Tensor:
    """[H, W] distances from a point; edges are at -1 and 1."""
    height, width = pixels.shape[-2:]
    rows = torch.linspace(-1, 1, height, device=pixels.device)[:, None]
    columns = torch.linspace(-1, 1, width, device=pixels.device)[None, :]
    return ((rows - y) ** 2 + (columns - x) ** 2).sqrt()
