"""What scopes and recorders do to a frame: the one set for training, robustness and research.

Functions change float pixels [..., 3, H, W] in 0..1 and keep their shape and range. Places are
measured from the middle of the frame in halves of its shorter side, x to the right and y down.
Transforms draw a function's parameters from torch's global generator, the same for all frames of a
call. Nothing here mirrors or turns anything.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

WHITE = (1.0, 1.0, 1.0)
FLUIDS = ((0.35, 0.04, 0.05), (0.22, 0.03, 0.02), (0.55, 0.5, 0.3))
"""Blood, old blood and mucus, as RGB in 0..1."""

_GAMMA = 2.2
_DARK = 0.15
"""Brightness from which a sample counts as lit tissue alone."""
_MAX_SPOTS = 4
_SPOT_RADII = (0.02, 0.4)
"""From a highlight on wet tissue to a near wall that outshines a fifth of the frame's width."""


def blur(pixels: Tensor, share: float) -> Tensor:
    """Blur by a Gaussian whose standard deviation is a share of the shorter side."""
    deviation = share * min(pixels.shape[-2:])
    side = 2 * math.ceil(3 * deviation) + 1
    blurred: Tensor = functional.gaussian_blur(pixels, [side, side], [deviation, deviation])
    return blurred


def dim(pixels: Tensor, share: float) -> Tensor:
    """Leave a share of the light, under a gamma of 2.2."""
    return pixels * float(share ** (1 / _GAMMA))


def noise(pixels: Tensor, deviation: float | Tensor) -> Tensor:
    """Add Gaussian noise to each channel; ``deviation`` may be one for each frame, [B, 1, 1, 1]."""
    return (pixels + torch.randn_like(pixels) * deviation).clamp(0, 1)


def jpeg(pixels: Tensor, quality: float) -> Tensor:
    """Compress as JPEG of a quality from 1 to 100."""
    whole = functional.to_dtype(pixels, torch.uint8, scale=True)
    compressed: Tensor = functional.jpeg(whole, int(quality)).to(pixels.dtype) / 255
    return compressed


def light(pixels: Tensor, x: float, y: float, reach: float, gain: float) -> Tensor:
    """Light by a lamp off the middle: ``gain`` times as bright there, 71 % of it at ``reach``."""
    return (pixels * gain / (1 + (_distance(pixels, x, y) / reach) ** 2).sqrt()).clamp(0, 1)


def spot(
    pixels: Tensor,
    x: float,
    y: float,
    radius: float,
    colour: tuple[float, float, float] = WHITE,
    strength: float = 1.0,
) -> Tensor:
    """Cover the frame with a soft spot, by default a reflection of the lamp.

    Args:
        pixels: frames.
        x: of the spot's middle.
        y: likewise.
        radius: where 37 % of the cover is left.
        colour: RGB in 0..1.
        strength: cover in the middle in 0..1.
    """
    cover = strength * torch.exp(-((_distance(pixels, x, y) / radius) ** 2))
    return pixels + cover * (pixels.new_tensor(colour).view(3, 1, 1) - pixels)


def narrow_band(pixels: Tensor, share: float, gain: float) -> Tensor:
    """Show green light as red, and blue light as green and blue, as narrow-band imaging does."""
    shown = (pixels[..., [1, 2, 2], :, :] * gain).clamp(0, 1)
    return pixels + share * (shown - pixels)


class DiscCrop(v2.Transform):  # type: ignore[misc]
    """Keep the middle of the frame, 55 to 80 % of its side: most of the disc's rim is gone."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        side = min(flat_inputs[0].shape[-2:])
        return {"side": int(side * _uniform(0.55, 0.8))}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        """[..., 3, S, S] -> [..., 3, side, side]."""
        cropped: Tensor = functional.center_crop(inpt, [params["side"], params["side"]])
        return cropped


class Recolour(v2.Transform):  # type: ignore[misc]
    """Another camera: mean and spread of the tissue's colours from anywhere in what scopes record.

    Dark samples stay dark: they are the surround, or depth.
    """

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        red, green = _uniform(0.4, 0.85), _uniform(0.45, 0.95)
        mean = [red, red * green, red * green * _uniform(0.75, 1.15)]
        return {"mean": mean, "contrast": _uniform(0.6, 1.4)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        """float [..., 3, S, S] in 0..1, as before."""
        lit = (inpt.amax(-3, keepdim=True) / _DARK).clamp(max=1)
        mean = (inpt * lit).sum((-2, -1), keepdim=True) / lit.sum((-2, -1), keepdim=True).clamp(1)
        wanted = torch.tensor(params["mean"], device=inpt.device).view(3, 1, 1)
        moved = (wanted + params["contrast"] * (inpt - mean)).clamp(0, 1)
        shown: Tensor = inpt + lit * (moved - inpt)
        return shown


class UnevenLight(v2.Transform):  # type: ignore[misc]
    """Light from off the middle: near the lamp brighter by up to a third, far darker."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        x, y = _uniform(-0.7, 0.7), _uniform(-0.7, 0.7)
        return {"x": x, "y": y, "reach": _uniform(0.6, 1.5), "gain": _uniform(1.05, 1.35)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        return light(inpt, **params)


class Glare(v2.Transform):  # type: ignore[misc]
    """Add one to four white spots, small and large ones equally often by factor."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        count = int(torch.randint(1, _MAX_SPOTS + 1, ()))
        return {"spots": [_spot() | {"strength": _uniform(0.4, 1.0)} for _ in range(count)]}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        for own in params["spots"]:
            inpt = spot(inpt, **own)
        return inpt


class Fluid(v2.Transform):  # type: ignore[misc]
    """Cover a part of the frame, up to half of its width, with blood or mucus."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        place = {"x": _uniform(-0.7, 0.7), "y": _uniform(-0.7, 0.7), "radius": _uniform(0.2, 0.5)}
        colour = FLUIDS[int(torch.randint(len(FLUIDS), ()))]
        return place | {"colour": colour, "strength": _uniform(0.7, 1.0)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        return spot(inpt, **params)


class NarrowBand(v2.Transform):  # type: ignore[misc]
    """Give all or nearly all of the frame the colours of narrow-band imaging."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"share": _uniform(0.85, 1.0), "gain": _uniform(1.2, 1.8)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        return narrow_band(inpt, **params)


def _spot() -> dict[str, Any]:
    low, high = map(math.log, _SPOT_RADII)
    x, y = _uniform(-0.7, 0.7), _uniform(-0.7, 0.7)
    return {"x": x, "y": y, "radius": math.exp(_uniform(low, high))}


def _uniform(low: float, high: float) -> float:
    return float(torch.empty(()).uniform_(low, high))


def _distance(pixels: Tensor, x: float, y: float) -> Tensor:
    """[H, W] distances from a place."""
    height, width = pixels.shape[-2:]
    shorter = min(height, width)
    rows, columns = (
        torch.linspace(-extent / shorter, extent / shorter, extent, device=pixels.device)
        for extent in (height, width)
    )
    return ((rows[:, None] - y) ** 2 + (columns[None, :] - x) ** 2).sqrt()
