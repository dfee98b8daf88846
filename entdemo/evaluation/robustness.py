"""How much accuracy is lost as frames get worse: six kinds of harm, each at three strengths.

Harm is done to the whole frame, before the endoscope's circle is looked for, as it would come
from the scope or the recorder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from rich.table import Table

from entdemo.bundle.weights import Bundle
from entdemo.data.dataset import read_data
from entdemo.errors import DataError
from entdemo.evaluation.encode import Progress, encode_squares, squares_of
from entdemo.image.frame import Frame, frame_from_array, load_frame
from entdemo.taxonomy import CLASSES

Picture = NDArray[np.uint8]
Rng = np.random.Generator
Harm = Callable[[Picture, float, Rng], Picture]

_BATCH = 32


def blur(picture: Picture, share: float, rng: Rng) -> Picture:
    """Gaussian blur; ``share`` is its deviation as a share of the shorter side."""
    radius = share * min(picture.shape[:2])
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


def glare(picture: Picture, share: float, rng: Rng) -> Picture:
    """A soft white spot of radius ``share`` of the shorter side, in the middle half."""
    height, width = picture.shape[:2]
    y, x = np.ogrid[:height, :width]
    cy, cx = rng.uniform(0.25, 0.75, 2) * (height, width)
    away = np.hypot(y - cy, x - cx) / (share * min(height, width))
    light = 255 * np.clip(1.5 - away, 0, 1)[..., None]
    return _clipped(picture + light)


def dark(picture: Picture, share: float, rng: Rng) -> Picture:
    """Only ``share`` of the light, under a gamma of 2.2."""
    table = (255 * share ** (1 / 2.2) * np.arange(256) / 255).astype(np.uint8)
    harmed: Picture = table[picture]
    return harmed


def noise(picture: Picture, deviation: float, rng: Rng) -> Picture:
    """Gaussian noise in each channel, in steps of 255."""
    return _clipped(picture + rng.normal(0, deviation, picture.shape))


def jpeg(picture: Picture, quality: float, rng: Rng) -> Picture:
    """JPEG compression."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=int(quality))
    return np.asarray(Image.open(buffer).convert("RGB"))


def crop(picture: Picture, share: float, rng: Rng) -> Picture:
    """A window of ``share`` of each side, anywhere."""
    height, width = (round(share * extent) for extent in picture.shape[:2])
    top = int(rng.integers(0, picture.shape[0] - height + 1))
    left = int(rng.integers(0, picture.shape[1] - width + 1))
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def _clipped(values: NDArray[np.float64]) -> Picture:
    clipped: Picture = np.clip(values, 0, 255).astype(np.uint8)
    return clipped


HARMS: dict[str, tuple[Harm, tuple[float, float, float]]] = {
    "blur": (blur, (0.006, 0.012, 0.024)),
    "glare": (glare, (0.1, 0.17, 0.25)),
    "dark": (dark, (0.5, 0.25, 0.12)),
    "noise": (noise, (12.0, 25.0, 50.0)),
    "jpeg": (jpeg, (40.0, 20.0, 8.0)),
    "crop": (crop, (0.9, 0.8, 0.65)),
}
"""What is done, and its three strengths, weakest first; units are told by each function."""


@dataclass(frozen=True)
class Robustness:
    """Accuracy on clean and on harmed frames.

    Attributes:
        n: frames.
        clean: accuracy on them as they are.
        harmed: by harm, accuracy at its three strengths.
    """

    n: int
    clean: float
    harmed: dict[str, tuple[float, ...]]

    def to_json(self) -> dict[str, Any]:
        """Accuracies, and drops in percentage points."""
        panel = {
            name: [
                {"strength": strength, "accuracy": accuracy, "drop": self.drop(accuracy)}
                for strength, accuracy in zip(HARMS[name][1], accuracies, strict=True)
            ]
            for name, accuracies in self.harmed.items()
        }
        return {"n": self.n, "accuracy": self.clean, "panel": panel}

    def drop(self, accuracy: float) -> float:
        """Percentage points below the clean frames' accuracy."""
        return 100 * (self.clean - accuracy)

    def table(self) -> Table:
        """A row a harm, a column a strength."""
        title = f"{self.n} frames, accuracy {self.clean:.3f} as they are"
        caption = "Accuracy, and points lost in brackets"
        table = Table(title=title, title_justify="left", caption=caption)
        table.add_column("harm")
        for column in ("weak", "middle", "strong"):
            table.add_column(column, justify="right")
        for name, accuracies in self.harmed.items():
            cells = (f"{value:.3f} ({self.drop(value):+.1f})" for value in accuracies)
            table.add_row(name, *cells)
        return table


def measure(bundle: Bundle, data: Path, progress: Progress | None = None) -> Robustness:
    """Class accuracy of a folder's frames under every harm; the same each time.

    Args:
        bundle: loaded weights.
        data: see ``dataset.read_data``; frames whose class is unknown are left out.
        progress: told after each batch.

    Raises:
        UserError: no frame with a known class, or one that cannot be read.
    """
    items = [item for item in read_data(data).items if item.class_name]
    if not items:
        raise DataError("folder.no_pictures", path=data, known=", ".join(CLASSES))
    right = dict.fromkeys((None, *product(HARMS, range(3))), 0)
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        frames = [load_frame(item.file) for item in batch]
        truth = np.array([CLASSES.index(item.class_name or "") for item in batch])
        for key in right:
            worse = frames if key is None else _harmed(frames, *key, start)
            found = encode_squares(bundle, squares_of(bundle, worse)).probabilities.argmax(axis=1)
            right[key] += int((found == truth).sum())
        if progress:
            progress(start + len(batch), len(items))
    shares = {key: count / len(items) for key, count in right.items()}
    harmed = {name: tuple(shares[name, level] for level in range(3)) for name in HARMS}
    return Robustness(len(items), shares[None], harmed)


def _harmed(frames: Sequence[Frame], name: str, level: int, start: int) -> list[Frame]:
    harm, strengths = HARMS[name]
    rng = np.random.default_rng([list(HARMS).index(name), level, start])
    return [frame_from_array(harm(frame.rgb, strengths[level], rng)) for frame in frames]
