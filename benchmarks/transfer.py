"""What carries drawn frames over to real ones: sizes, seeds, ensembles, distilling, pre-training.

``python -m benchmarks.transfer REAL [--seeds 3] [--frames N] [--steps N]`` trains small classifiers
on the same drawn frames, all for the same number of steps, and prints for each its accuracy on
other drawn frames and its region accuracy on the real ones: as it is, with the mean of a frame and
its mirror image, and with features moved to the mean of the drawn ones.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn import functional

from benchmarks.lite0 import PREPROCESS, Lite0, denoise, descend, fine_tuned, views
from entdemo.boundary import guarded
from entdemo.bundle.weights import load_bundle
from entdemo.data.dataset import read_data
from entdemo.image.frame import Frame, load_frame
from entdemo.inference.calibration import REGION_MEMBERS
from entdemo.model.network import EntClip
from entdemo.settings import DEFAULT_WEIGHTS, ROOT
from entdemo.taxonomy import REGIONS
from entdemo.training.config import PhantomSource
from entdemo.training.data import FrameSet, draw_frames

_SIDE = 256
"""Squares are drawn once, for all sizes."""
_SHIPPED_SIDE = 128
_LARGER_SIDES = (160, 192, 224)
_SEEDS = (3_101, 3_202)
_FURTHER_STEPS = 40
_BATCH = 64

Features = Callable[[Tensor], Tensor]
"""Pixels [B, 3, S, S] -> [B, F]."""


@dataclass(frozen=True)
class Net:
    """Something that classifies: features of pixels, and class logits of features."""

    size: int
    features: Features
    logits: Features

    @torch.no_grad()
    def encoded(self, squares: NDArray[np.uint8]) -> Tensor:
        """uint8 [N, S, S, 3] -> [N, F]."""
        starts = range(0, len(squares), _BATCH)
        return torch.cat(
            [self.features(PREPROCESS.tensor(squares[at : at + _BATCH])) for at in starts]
        )


@dataclass(frozen=True)
class Looked:
    """What frames are judged on: drawn squares with classes, real frames with regions."""

    drawn: FrameSet
    real: list[Frame]
    regions: NDArray[np.int64]

    def drawn_squares(self, size: int) -> NDArray[np.uint8]:
        """[N, size, size, 3] uint8."""
        pixels = torch.from_numpy(self.drawn.squares).permute(0, 3, 1, 2)
        scaled = torch.cat(
            [
                functional.interpolate(part.float(), (size, size), mode="bicubic", antialias=True)
                for part in torch.split(pixels, _BATCH)
            ]
        )
        return scaled.clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()

    @torch.no_grad()
    def figures(self, nets: list[Net]) -> list[float]:
        """Of the mean of some nets: drawn accuracy; real region accuracy as it is, with mirrored
        frames and with moved features."""
        size = nets[0].size
        drawn = self.drawn_squares(size)
        real = np.stack([frame.square(size) for frame in self.real])
        sums = [0.0, 0.0, 0.0, 0.0]
        for net in nets:
            seen, found = net.encoded(drawn), net.encoded(real)
            mirrored = net.encoded(real[:, :, ::-1])
            moved = found + seen.mean(0) - found.mean(0)
            plain = net.logits(found).softmax(-1)
            both = plain + net.logits(mirrored).softmax(-1)
            parts = [net.logits(seen).softmax(-1), plain, both, net.logits(moved).softmax(-1)]
            sums = [total + part.numpy() for total, part in zip(sums, parts, strict=True)]
        right = [
            np.asarray(sums[0]).argmax(-1) == self.drawn.labels,
            *((total @ REGION_MEMBERS.numpy()).argmax(-1) == self.regions for total in sums[1:]),
        ]
        return [float(np.mean(hits)) for hits in right]


def of_lite0(model: Lite0, size: int) -> Net:
    """Lite0 as a net."""
    return Net(size, model.features, model.classify)


def of_entclip(model: EntClip) -> Net:
    """The shipped network as a net; its features are the joint embedding."""

    def logits(embedding: Tensor) -> Tensor:
        unit = functional.normalize(embedding, dim=-1)
        return model.head.class_logits(unit, model.head.prototypes)

    return Net(_SHIPPED_SIDE, lambda pixels: model.encode_frames(pixels).embedding, logits)


def further(train: FrameSet, teachers: list[Lite0] | None) -> EntClip:
    """The shipped weights after some steps on labels, or on what teachers say."""
    model = copy.deepcopy(load_bundle(DEFAULT_WEIGHTS).model).train()
    parameters = [*model.clip.visual.parameters(), *model.head.parameters()]
    for parameter in parameters:
        parameter.requires_grad_(True)

    def loss(degraded: Tensor, clean: Tensor, labels: Tensor) -> Tensor:
        embedding = model.encode_frames(degraded).embedding
        logits = model.head.class_logits(embedding, model.head.prototypes.detach())
        if teachers is None:
            return functional.cross_entropy(logits, labels, label_smoothing=0.05)
        with torch.no_grad():
            said = [net.classify(net.features(clean)).softmax(-1) for net in teachers]
        return functional.cross_entropy(logits, torch.stack(said).mean(0))

    losses = (loss(*batch) for batch in views(train, _SHIPPED_SIDE, _FURTHER_STEPS, 0))
    descend(parameters, 1e-4, _FURTHER_STEPS, losses)
    return model.eval()


def rows(
    looked: Looked, train: FrameSet, seeds: int, steps: int
) -> Iterator[tuple[str, list[float]]]:
    """What was tried, and its figures."""
    shipped = load_bundle(DEFAULT_WEIGHTS).model.eval()
    yield "shipped weights", looked.figures([of_entclip(shipped)])
    models = []
    for seed in range(seeds):
        models.append(fine_tuned(train, _SHIPPED_SIDE, steps, seed))
        name = f"Lite0, {_SHIPPED_SIDE} px, seed {seed}"
        yield name, looked.figures([of_lite0(models[-1], _SHIPPED_SIDE)])
    nets = [of_lite0(model, _SHIPPED_SIDE) for model in models]
    yield f"mean of these {seeds}", looked.figures(nets)
    taught = further(train, models)
    yield f"shipped, {_FURTHER_STEPS} steps on their answers", looked.figures([of_entclip(taught)])
    told = further(train, None)
    yield f"shipped, {_FURTHER_STEPS} steps on labels", looked.figures([of_entclip(told)])
    prepare = partial(denoise, frames=train, size=_SHIPPED_SIDE, steps=steps // 2, seed=seeds)
    net = of_lite0(fine_tuned(train, _SHIPPED_SIDE, steps, 0, prepare), _SHIPPED_SIDE)
    yield f"Lite0, {_SHIPPED_SIDE} px, pre-trained on degraded frames", looked.figures([net])
    for size in _LARGER_SIDES:
        net = of_lite0(fine_tuned(train, size, steps, 0), size)
        yield f"Lite0, {size} px, seed 0", looked.figures([net])


def main(
    real: Annotated[Path, typer.Argument(help="Folder of real frames by class or region.")],
    seeds: Annotated[int, typer.Option(min=1, help="Runs of Lite0 at 128 px.")] = 3,
    frames: Annotated[int, typer.Option(min=70, help="Drawn frames to train on.")] = 2_100,
    steps: Annotated[int, typer.Option(min=10, help="Batches of 32.")] = 60,
) -> None:
    """Print one row as soon as it is measured, then the table."""
    cache = ROOT / "runs" / "frames"
    train, held = (
        draw_frames(PhantomSource(n=n, seed=seed), _SIDE, cache)
        for n, seed in zip((frames, 350), _SEEDS, strict=True)
    )
    items = read_data(real).items
    looked = Looked(
        held,
        [load_frame(item.file) for item in items],
        np.array([REGIONS.index(item.region) for item in items], np.int64),
    )
    title = f"{frames} drawn frames, {steps} steps; {len(items)} real frames"
    shown = Table(title=title, title_justify="left")
    for column in ("what", "drawn class", "real region", "with mirrored", "re-centred"):
        shown.add_column(column)
    for name, numbers in rows(looked, train, seeds, steps):
        shown.add_row(name, *(f"{number:.3f}" for number in numbers))
        print(name, *(f"{number:.3f}" for number in numbers), flush=True)
    Console().print(shown)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
