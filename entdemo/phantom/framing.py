"""How a recorder frames a picture: the disc on black or white, a masked square, a filled frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from entdemo.phantom.scene import Camera, Focus

Style = Literal["disc", "square", "closeup", "grey"]

_WHITE = 255


@dataclass(frozen=True)
class Framing:
    """Where the picture lies in the frame.

    Attributes:
        width, height: the frame's size in pixels.
        diameter: the picture's side in frame pixels; the disc is inscribed in it.
        x, y: the picture's centre in frame pixels.
        masked: whether all outside the disc is one flat tone.
        rounded: radius of the mask's corners as a share of its side; 0.5 is a disc.
        cut: whether the corners are cut straight, which makes an octagon of the square.
        surround: grey level outside the mask, 0 to 255.
    """

    width: int
    height: int
    diameter: int
    x: float
    y: float
    masked: bool
    rounded: float = 0.5
    cut: bool = False
    surround: int = 0


def random_framing(
    style: Style, rng: np.random.Generator, camera: Camera = "rhinoscope"
) -> Framing:
    """A framing of the style as recorders of that kind make it."""
    if style == "disc":
        return _disc_framing(rng)
    if camera == "photograph" and style != "grey":
        side = int(rng.integers(280, 480))
        high = side if style == "square" else int(side * rng.uniform(0.75, 1.33))
        return _filled(side, high, 1.1, rng)
    if style == "square":
        octagon = camera == "laryngoscope" and rng.random() < 0.3
        return _octagon_framing(rng) if octagon else _square_framing(rng)
    if style == "closeup":
        width = int(rng.integers(320, 560))
        return _filled(width, int(width * rng.uniform(0.56, 1.1)), 1.3, rng)
    return _grey_framing(rng)


def _disc_framing(rng: np.random.Generator) -> Framing:
    """A video tower's 640 x 480 still: the disc a little taller than the frame, off its middle."""
    usual = rng.random() < 0.75
    share = rng.normal(1.045, 0.015) if usual else rng.uniform(0.85, 1.2)
    x, y = rng.normal(-0.035, 0.04), rng.normal(-0.02, 0.04)
    dark = int(abs(rng.normal(0, 3)))
    return Framing(640, 480, int(480 * share), 320 + 480 * x, 240 + 480 * y, True, surround=dark)


def _square_framing(rng: np.random.Generator) -> Framing:
    """A picture cut out of its frame: disc, octagon or rounded square on black, disc on white."""
    side, kind = int(rng.integers(280, 420)), rng.random()
    whole = Framing(side, side, side, side / 2, side / 2, True, surround=int(abs(rng.normal(0, 3))))
    if kind < 0.42:
        return whole
    if kind < 0.66:
        return replace(whole, surround=_WHITE - int(abs(rng.normal(0, 2))))
    if kind < 0.78:
        return replace(whole, rounded=rng.uniform(0.12, 0.3), cut=bool(rng.random() < 0.6))
    return _filled(side, side, 1.2, rng)


def _octagon_framing(rng: np.random.Generator) -> Framing:
    """The square sensor of a flexible laryngoscope with its corners cut off, on a dark rim."""
    side, dark = int(rng.integers(280, 420)), int(abs(rng.normal(0, 3)))
    inner = int(side * rng.uniform(0.92, 1.04))
    x, y = side / 2 + rng.normal(0, 0.01) * side, side / 2 + rng.normal(0, 0.01) * side
    cut = rng.uniform(0.06, 0.2)
    return Framing(side, side, inner, x, y, True, rounded=cut, cut=True, surround=dark)


def following(framing: Framing, focus: Focus) -> Framing:
    """Moved so that the focus lies in the frame, as far as the picture fills that."""
    x = _shifted(framing.x, framing.width, framing, focus.x, focus.radius)
    y = _shifted(framing.y, framing.height, framing, focus.y, focus.radius)
    return replace(framing, x=x, y=y)


def _shifted(centre: float, length: int, framing: Framing, at: float, radius: float) -> float:
    half = framing.diameter / 2
    low, high = (radius - at) * half, length - (radius + at) * half
    wanted = float(np.clip(centre, low, high)) if low < high else length / 2 - at * half
    if framing.masked:
        return wanted
    free = half - length / 2
    return float(np.clip(wanted, length / 2 - free, length / 2 + free))


def _filled(width: int, height: int, zoom: float, rng: np.random.Generator) -> Framing:
    """The picture covers the whole frame."""
    diameter = int(max(width, height) * rng.uniform(1.03, zoom))
    free_x, free_y = (diameter - width) / 2, (diameter - height) / 2
    limit = 0.12 * diameter
    x = width / 2 + rng.uniform(-1, 1) * min(free_x, limit)
    y = height / 2 + rng.uniform(-1, 1) * min(free_y, limit)
    return Framing(width, height, diameter, x, y, False)


def _grey_framing(rng: np.random.Generator) -> Framing:
    """A high-speed camera's picture, higher than wide."""
    dark = int(abs(rng.normal(0, 5)))
    if rng.random() < 0.35:
        width = int(rng.integers(260, 400))
        return _filled(width, int(width * rng.uniform(0.9, 1.9)), 1.15, rng)
    width, ratio = int(rng.integers(240, 320)), rng.uniform(1.2, 2.0)
    diameter = int(width * rng.uniform(1.0, 1.4))
    if rng.random() < 0.15:  # a high-speed camera reads only a strip of its sensor
        width = int(diameter * rng.uniform(0.45, 0.7))
        ratio = diameter / width * rng.uniform(1.0, 1.5)
    x, y = width / 2 + rng.normal(0, 8), width * ratio / 2 + rng.normal(0, 15)
    return Framing(width, int(width * ratio), diameter, x, y, True, surround=dark)


@lru_cache(maxsize=1)
def _disc() -> Image.Image:
    """An antialiased disc, 512 pixels across."""
    canvas = Image.new("L", (1024, 1024))
    ImageDraw.Draw(canvas).ellipse((4, 4, 1020, 1020), fill=255)
    return canvas.reduce(2)


def _mask(framing: Framing, rng: np.random.Generator) -> Image.Image:
    """What the mask lets through; a disc's rim is hard or soft, often with the scope's mark."""
    side, corner = framing.diameter, framing.rounded * framing.diameter
    if framing.rounded < 0.5:
        shape = Image.new("L", (side, side))
        draw = ImageDraw.Draw(shape)
        if framing.cut:
            near, far = corner, side - 1 - corner
            low, high = 0.0, side - 1.0
            ends = ((near, low), (far, low), (high, near), (high, far))
            draw.polygon([*ends, (far, high), (near, high), (low, far), (low, near)], fill=255)
        else:
            draw.rounded_rectangle((1, 1, side - 2, side - 2), corner, fill=255)
        return shape
    detail = side if rng.random() < 0.6 else int(rng.uniform(60, 200))
    mask = _disc().resize((detail, detail), Image.Resampling.BOX)
    if rng.random() < 0.4:
        _notch(mask, rng)
    return mask.resize((side, side), Image.Resampling.BILINEAR)


def _notch(mask: Image.Image, rng: np.random.Generator) -> None:
    """A small dark triangle that points inwards, mostly at the rim's lowest point."""
    radius = mask.width / 2
    angle = rng.normal(np.pi / 2, 0.2) if rng.random() < 0.6 else rng.uniform(0, 2 * np.pi)
    half, inner = rng.uniform(0.02, 0.045), radius * (1 - rng.uniform(0.03, 0.07))
    corners = [(angle - half, radius * 1.02), (angle, inner), (angle + half, radius * 1.02)]
    points = [(radius + r * np.cos(a), radius + r * np.sin(a)) for a, r in corners]
    ImageDraw.Draw(mask).polygon([(float(px), float(py)) for px, py in points], fill=0)


def framed(picture: Image.Image, framing: Framing, rng: np.random.Generator) -> Image.Image:
    """The picture in its frame.

    Args:
        picture: square RGB.
        framing: where it lies, and what surrounds it.
        rng: draws the rim.
    """
    side = framing.diameter
    frame = Image.new("RGB", (framing.width, framing.height), (framing.surround,) * 3)
    scaled = picture.resize((side, side), Image.Resampling.BILINEAR)
    corner = (round(framing.x - side / 2), round(framing.y - side / 2))
    if framing.masked:
        frame.paste(scaled, corner, _mask(framing, rng))
    else:
        frame.paste(scaled, corner)
    return frame
