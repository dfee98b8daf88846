"""Pictures that are no endoscopy, other ones than the threshold is calibrated on.

Those that packages ship (scikit-image, Gradio, Matplotlib), and screenshots, X-ray-like pictures,
charts and noise drawn here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from entdemo.training.ood_negatives import behind_disc, crop

Picture = NDArray[np.uint8]
Rng = np.random.Generator

_SHIPPED = {
    "photographs": {
        "skimage.data": (
            "astronaut.png", "brick.png", "camera.png", "chelsea.png",
            "coffee.png", "coins.png", "grass.png", "gravel.png", "hubble_deep_field.jpg",
            "moon.png", "motorcycle_left.png", "rocket.jpg",
        ),
        "gradio.media_assets.images": (
            "bus.png", "cheetah.jpg", "cheetah1.jpg", "groot.jpeg", "lion.jpg", "tower.jpg",
        ),
        "gradio.test_data": ("cheetah2.jpg",),
        "matplotlib": ("mpl-data/sample_data/grace_hopper.jpg",),
    },
    "documents": {"skimage.data": ("page.png", "text.png")},
    "medical, no endoscopy": {
        "skimage.data": ("cell.png", "ihc.png", "retina.jpg", "phantom.png"),
    },
}  # fmt: skip
_FONT = resources.files("entdemo.export") / "fonts" / "NotoSans-Regular.ttf"
_WORDS = (
    "Patient", "report", "the", "of", "findings", "a", "total", "value", "date", "left", "right",
    "see", "note", "12", "3.5", "2024",
)  # fmt: skip


@cache
def _shipped(kind: str) -> tuple[Picture, ...]:
    pictures = []
    for package, names in _SHIPPED[kind].items():
        for name in names:
            data = resources.files(package).joinpath(name).read_bytes()
            pictures.append(np.asarray(Image.open(BytesIO(data)).convert("RGB")))
    return tuple(pictures)


def _from_package(kind: str) -> Callable[[Rng], Picture]:
    def draw(rng: Rng) -> Picture:
        pictures = _shipped(kind)
        return crop(pictures[int(rng.integers(len(pictures)))], rng)

    return draw


def _tone(rng: Rng, low: int = 0, high: int = 256) -> tuple[int, ...]:
    return tuple(int(value) for value in rng.integers(low, high, 3))


def _lines(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], rng: Rng, ink: object) -> None:
    """Lines of words in a box."""
    size = int(rng.integers(9, 18))
    font = ImageFont.truetype(str(_FONT), size)
    for y in range(box[1], box[3] - size, int(size * 1.4)):
        words = " ".join(rng.choice(_WORDS, int(rng.integers(2, 9))))
        pen.text((box[0], y), words, fill=ink, font=font)


def _document(rng: Rng) -> Picture:
    """A printed page, or a crop of one that scikit-image ships, as a camera sees it."""
    if rng.random() < 0.3:
        return _from_package("documents")(rng)
    image = Image.new("RGB", (360, 480), _tone(rng, 220, 256))
    _lines(ImageDraw.Draw(image), (25, 25, 340, 460), rng, _tone(rng, 0, 80))
    image = image.rotate(rng.normal(0, 3), fillcolor=_tone(rng, 60, 200))
    return np.asarray(image.filter(ImageFilter.BoxBlur(rng.uniform(0, 1.2))))


def _screenshot(rng: Rng) -> Picture:
    """A window with a bar, a side list, cards and words."""
    dark = rng.random() < 0.4
    back, ink = (_tone(rng, 15, 50), 220) if dark else (_tone(rng, 235, 256), 30)
    image = Image.new("RGB", (640, 400), back)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 640, 34), fill=_tone(rng))
    pen.rectangle((0, 34, int(rng.integers(80, 180)), 400), fill=_tone(rng, 40, 230))
    _lines(pen, (10, 45, 150, 380), rng, (ink,) * 3)
    for _ in range(int(rng.integers(2, 7))):
        x, y = int(rng.integers(180, 520)), int(rng.integers(45, 330))
        box = (x, y, x + int(rng.integers(60, 240)), y + int(rng.integers(30, 120)))
        pen.rounded_rectangle(box, 8, fill=_tone(rng), outline=(ink,) * 3)
        _lines(pen, (x + 6, y + 4, box[2], box[3]), rng, (ink,) * 3)
    return np.asarray(image)


def _radiograph(rng: Rng) -> Picture:
    """Grey and soft: a trunk with lungs, ribs and a spine, as on a film."""
    side = 320
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    wide = rng.uniform(0.6, 0.95)
    film = 0.75 * (np.hypot(x / wide, y / 1.3) < 1)
    for sign in (-1, 1):
        lung = np.hypot((x - sign * 0.4) / 0.3, (y + 0.05) / rng.uniform(0.5, 0.75)) < 1
        film = film - 0.45 * lung
    ribs = np.sin(y * rng.uniform(14, 24) - 2.0 * np.abs(x)) > 0.6
    film = film + 0.14 * ribs * (np.abs(x) < 0.75) + 0.25 * (np.abs(x) < 0.09)
    film = film + rng.normal(0, 0.02, film.shape)
    grey = (np.clip(film, 0, 1) ** rng.uniform(0.7, 1.5) * rng.uniform(150, 255)).astype(np.uint8)
    image = Image.fromarray(grey).filter(ImageFilter.GaussianBlur(rng.uniform(1, 4)))
    return crop(np.asarray(image.convert("RGB")), rng, 0.6)


def _chart(rng: Rng) -> Picture:
    """A chart as a plotting library draws it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), dpi=80, facecolor=rng.uniform(0.85, 1, 3))
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    kind, values = int(rng.integers(4)), rng.uniform(0, 1, (3, 12))
    if kind == 0:
        axes.bar(range(12), values[0], color=rng.uniform(0, 1, (12, 3)))
    elif kind == 1:
        axes.plot(values.T.cumsum(axis=0))
    elif kind == 2:
        axes.scatter(values[0], values[1], c=values[2])
    else:
        axes.imshow(rng.uniform(0, 1, (8, 12)))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _noise(rng: Rng) -> Picture:
    """Gaussian, salt-and-pepper, striped or 1/f noise."""
    shape, kind = (256, 256, 3), int(rng.integers(4))
    if kind == 0:
        field = rng.normal(rng.uniform(40, 220), rng.uniform(10, 90), shape)
    elif kind == 1:
        field = rng.choice([0, 255], shape, p=(0.7, 0.3)).astype(float)
    elif kind == 2:
        field = np.broadcast_to(rng.uniform(0, 255, (256, 1, 3)), shape)
    else:
        away = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256)[None])[..., None]
        spectrum = np.fft.fft2(rng.normal(size=shape), axes=(0, 1)) / (away + 0.004)
        field = np.fft.ifft2(spectrum, axes=(0, 1)).real
        field = 128 + 50 * (field - field.mean()) / field.std()
    return np.clip(field, 0, 255).astype(np.uint8)


KINDS: dict[str, Callable[[Rng], Picture]] = {
    "photographs": _from_package("photographs"),
    "photographs in a disc": lambda rng: behind_disc(_from_package("photographs")(rng)),
    "documents": _document,
    "screenshots": _screenshot,
    "X-ray-like": _radiograph,
    "charts": _chart,
    "noise": _noise,
    "medical, no endoscopy": _from_package("medical, no endoscopy"),
}


def strangers(kind: str, n: int, seed: int = 0) -> list[Picture]:
    """``n`` pictures of a kind of ``KINDS``, uint8 [H, W, 3]."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    return [KINDS[kind](rng) for _ in range(n)]
