"""How much accuracy is lost as frames get worse: six kinds of harm, each at three strengths.

Harm is done to the whole frame, before the endoscope's circle is looked for, as it would come
from the scope or the recorder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.table import Table
from torch import Tensor
from torchvision.transforms import v2

from entdemo.data.dataset import Item, read_data
from entdemo.errors import DataError
from entdemo.evaluation.encode import none_readable, readable
from entdemo.image import corruptions
from entdemo.image.frame import Frame, frame_from_array
from entdemo.image.pixels import MIN_SIDE
from entdemo.inference.encoder import BATCH, Encoder, Progress
from entdemo.storage.skipped import Skipped
from entdemo.taxonomy import CLASSES

Picture = NDArray[np.uint8]
Harm = Callable[[Tensor, float], Tensor]


def _glare(pixels: Tensor, share: float) -> Tensor:
    """A white spot of radius ``share`` of the shorter side, in the middle half of the frame."""
    height, width = pixels.shape[-2:]
    x, y = (float(torch.rand(()) - 0.5) * extent / min(height, width) for extent in (width, height))
    return corruptions.spot(pixels, x, y, 2 * share)


def _noise(pixels: Tensor, deviation: float) -> Tensor:
    """Gaussian noise, in steps of 255."""
    return corruptions.noise(pixels, deviation / 255)


def _crop(pixels: Tensor, share: float) -> Tensor:
    """A window of ``share`` of each side, anywhere; no smaller than what counts as a frame."""
    sides = [max(MIN_SIDE, round(share * extent)) for extent in pixels.shape[-2:]]
    window: Tensor = v2.RandomCrop(sides)(pixels)
    return window


HARMS: dict[str, tuple[Harm, tuple[float, float, float]]] = {
    "blur": (corruptions.blur, (0.006, 0.012, 0.024)),
    "glare": (_glare, (0.1, 0.17, 0.25)),
    "dark": (corruptions.dim, (0.5, 0.25, 0.12)),
    "noise": (_noise, (12.0, 25.0, 50.0)),
    "jpeg": (corruptions.jpeg, (40.0, 20.0, 8.0)),
    "crop": (_crop, (0.9, 0.8, 0.65)),
}
"""What is done, and its three strengths, weakest first; units are told by each function."""


@dataclass(frozen=True)
class Robustness:
    """Accuracy on clean and on harmed frames.

    Attributes:
        n: frames.
        clean: accuracy on them as they are.
        harmed: by harm, accuracy at its three strengths.
        skipped: files and entries that were left out.
    """

    n: int
    clean: float
    harmed: dict[str, tuple[float, ...]]
    skipped: list[Skipped] = field(default_factory=list, compare=False)

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


def measure(encoder: Encoder, data: Path, progress: Progress | None = None) -> Robustness:
    """Class accuracy of a folder's frames under every harm; the same each time.

    Args:
        encoder: of the weights.
        data: see ``dataset.read_data``; frames whose class is unknown, and pictures that cannot
            be read, are left out.
        progress: told after each batch.

    Raises:
        UserError: no frame with a known class, or none that can be read.
    """
    found = read_data(data)
    items = [item for item in found.items if item.class_name]
    if not items:
        raise DataError("folder.no_pictures", path=data, known=", ".join(CLASSES))
    count, unread = 0, list[Skipped]()
    right = dict.fromkeys((None, *product(HARMS, range(3))), 0)
    for start in range(0, len(items), BATCH):
        read = readable(items[start : start + BATCH], unread)
        frames = [frame for _, frame in read]
        truth = np.array([CLASSES.index(item.class_name or "") for item, _ in read])
        for key in right if read else ():
            worse = frames if key is None else _harmed(frames, *key, start)
            told = encoder.frames(encoder.squares(worse)).probabilities.argmax(axis=1)
            right[key] += int((told == truth).sum())
        count += len(read)
        if progress:
            progress(min(start + BATCH, len(items)), len(items))
    if not count:
        raise none_readable(unread)
    shares = {key: hits / count for key, hits in right.items()}
    harmed = {name: tuple(shares[name, level] for level in range(3)) for name in HARMS}
    skipped = [*found.skipped, *_without_class(found.items), *unread]
    return Robustness(count, shares[None], harmed, skipped)


def _without_class(items: Sequence[Item]) -> list[Skipped]:
    reason = DataError("evaluation.region_alone")
    return [Skipped(item.name, reason) for item in items if not item.class_name]


def _harmed(frames: Sequence[Frame], name: str, level: int, start: int) -> list[Frame]:
    seed = np.random.SeedSequence([list(HARMS).index(name), level, start]).generate_state(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(seed[0]))
        return [frame_from_array(harm(frame.rgb, name, level)) for frame in frames]


def harm(picture: Picture, name: str, level: int) -> Picture:
    """Harm uint8 [H, W, 3]; chance comes from torch's global generator.

    Args:
        picture: a frame as recorded.
        name: of ``HARMS``.
        level: 0, 1 or 2, of its strengths.
    """
    change, strengths = HARMS[name]
    pixels = torch.tensor(picture).permute(2, 0, 1).float() / 255
    harmed = (change(pixels, strengths[level]) * 255).round().byte()
    return harmed.permute(1, 2, 0).contiguous().numpy()
