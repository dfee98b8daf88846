"""Pictures that are no endoscopy, for the threshold of the out-of-distribution score.

Photographs that scikit-learn ships, and pages, charts, plain shapes and noise drawn here. The
benchmark of that score uses other pictures: what is calibrated on must not be reported on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from sklearn.datasets import load_sample_images

Picture = NDArray[np.uint8]
Rng = np.random.Generator

_SMALLEST = 64  # pixels


def crop(picture: Picture, rng: Rng, smallest: float = 0.4) -> Picture:
    """A random square of [H, W, 3], its side ``smallest`` to 1 of the shorter side, perhaps
    mirrored."""
    whole = min(picture.shape[:2])
    side = max(int(rng.uniform(smallest, 1.0) * whole), min(whole, _SMALLEST))
    top, left = (int(rng.integers(0, extent - side + 1)) for extent in picture.shape[:2])
    part = picture[top : top + side, left : left + side]
    return np.ascontiguousarray(part[:, :: int(rng.choice((-1, 1)))])


def behind_disc(picture: Picture) -> Picture:
    """The picture's inscribed disc on black, as a scope would frame it."""
    height, width = picture.shape[:2]
    y, x = np.ogrid[:height, :width]
    inside = np.hypot((2 * x + 1) / width - 1, (2 * y + 1) / height - 1) < 0.98
    return np.where(inside[..., None], picture, 0).astype(np.uint8)


def _photograph(rng: Rng) -> Picture:
    pictures = load_sample_images().images
    return crop(pictures[int(rng.integers(len(pictures)))], rng)


def _blank(rng: Rng, light: bool) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    low, high = (225, 256) if light else (0, 60)
    tone = tuple(int(value) for value in rng.integers(low, high, 3))
    image = Image.new("RGB", (int(rng.integers(240, 420)), int(rng.integers(240, 420))), tone)
    return image, ImageDraw.Draw(image)


def _colour(rng: Rng) -> tuple[int, ...]:
    return tuple(int(value) for value in rng.integers(0, 256, 3))


def _page(rng: Rng) -> Picture:
    """Dark bars as words on a light page, or light ones on a dark page."""
    light = rng.random() < 0.75
    image, pen = _blank(rng, light)
    ink = tuple(int(v) for v in rng.integers(0, 90, 3) + (0 if light else 160))
    height, y = int(rng.integers(4, 16)), int(rng.integers(5, 40))
    while y < image.height - height:
        x = int(rng.integers(8, 40))
        while x < image.width - 40 and rng.random() > 0.06:
            word = int(rng.integers(height, 7 * height))
            for at in range(x, x + word, max(2, height // 2)):
                tall = int(rng.integers(height // 2, height + 1))
                pen.rectangle((at, y + height - tall, at + height // 4, y + height), fill=ink)
            x += word + height
        y += int(height * rng.uniform(1.5, 2.5))
    return np.asarray(image)


def _chart(rng: Rng) -> Picture:
    """Axes with bars or lines."""
    image, pen = _blank(rng, rng.random() < 0.85)
    left, floor = 30, image.height - 30
    pen.line((left, 20, left, floor, image.width - 15, floor), fill=_colour(rng), width=2)
    count = int(rng.integers(4, 14))
    step = (image.width - 60) / count
    for _ in range(int(rng.integers(1, 4))):
        tops = rng.uniform(30, floor - 10, count)
        xs = left + 8 + step * np.arange(count)
        if rng.random() < 0.5:
            for x, top in zip(xs, tops, strict=True):
                pen.rectangle((x, top, x + step * 0.7, floor), fill=_colour(rng))
        else:
            pen.line(list(zip(xs, tops, strict=True)), fill=_colour(rng), width=3)
    return np.asarray(image)


def _shapes(rng: Rng) -> Picture:
    """Flat windows and buttons, or blurred blobs as on an X-ray."""
    image, pen = _blank(rng, rng.random() < 0.5)
    soft = rng.random() < 0.5
    for _ in range(int(rng.integers(4, 20))):
        x, y = rng.uniform(-40, image.width), rng.uniform(-40, image.height)
        box = (x, y, x + rng.uniform(20, 200), y + rng.uniform(10, 160))
        fill = (int(rng.integers(256)),) * 3 if soft else _colour(rng)
        (pen.ellipse if soft else pen.rectangle)(box, fill=fill)
    if soft:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(1, 14)))
    return np.asarray(image)


def _noise(rng: Rng) -> Picture:
    """White, coarse or grey noise, or one colour with a gradient."""
    side, cells = int(rng.integers(160, 320)), int(rng.choice([2, 8, 40, 320]))
    channels = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
    if rng.random() < 0.3:
        channels[:] = channels[..., :1]
    image = Image.fromarray(channels).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(image)


KINDS: dict[str, Callable[[Rng], Picture]] = {
    "photographs": _photograph,
    "pages": _page,
    "charts": _chart,
    "shapes": _shapes,
    "noise": _noise,
}


def ood_negatives(kind: str, n: int, seed: int = 0) -> list[Picture]:
    """``n`` pictures of a kind of ``KINDS``, uint8 [H, W, 3], every fifth behind a disc."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    pictures = [KINDS[kind](rng) for _ in range(n)]
    return [behind_disc(p) if index % 5 == 0 else p for index, p in enumerate(pictures)]
