"""What learning from half of some labelled frames is worth on the other half.

``python -m benchmarks.adapting FRAMES [--source S] [--seeds 5] [--curve] [--full] [--json]``
splits the frames into halves, whole examinations together and each source and label shared evenly,
learns from one half as ``entdemo adapt --fast`` does, or ``--full``, and judges the other half
through the encoder and the matcher that serve; then the other way round. ``--curve`` learns from 1,
2, 4, 8 and 16 frames of each label. What the towers see of each frame is computed once where they
stay.
"""

from __future__ import annotations

import json as jsonlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from torch import Tensor

from entdemo.adaptation.frames import Ints, OwnFrames, join, read_own_frames, take
from entdemo.adaptation.judge import dealt_out, encoded_by
from entdemo.adaptation.learn import Depth, learn
from entdemo.boundary import guarded
from entdemo.bundle.weights import Bundle, load_bundle
from entdemo.data.dataset import read_data
from entdemo.evaluation.by_source import by_source
from entdemo.evaluation.encode import EncodedItems
from entdemo.evaluation.pool import pool_of
from entdemo.evaluation.report import IMAGE
from entdemo.evaluation.searches import search_all
from entdemo.image.frame import load_frame
from entdemo.inference.encoder import Encoder
from entdemo.model.network import EncodedFrames, EntClip, FrameDepths
from entdemo.settings import DEFAULT_WEIGHTS

SOURCE = "entrep-like"
TARGETS = {"region": 0.95, "class": 0.88, "recall_1": 0.80}
"""Region averaged over regions; class and image Recall@1 by class on ``SOURCE``."""
FIGURES = (*TARGETS, "region_ece")
SHOTS = (1, 2, 4, 8, 16)

Scores = dict[str, float]


class Remembered:
    """A network's view of frames, computed once for each frame.

    Args:
        model: from now on encodes through what is remembered, with whatever head it has.
    """

    def __init__(self, model: EntClip) -> None:
        self._model, self._see = model, model.frame_depths
        self._known: dict[bytes, FrameDepths] = {}
        model.frame_depths = self.depths  # type: ignore[method-assign]
        model.encode_frames = self.encoded  # type: ignore[method-assign]

    def depths(self, pixels: Tensor) -> FrameDepths:
        """As ``EntClip.frame_depths``."""
        keys = [one.numpy().tobytes() for one in pixels]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        if new:
            seen = self._see(pixels[new])
            for place, at in enumerate(new):
                self._known[keys[at]] = take(seen, np.array([place]))
        return join(*(self._known[key] for key in keys))

    def encoded(self, pixels: Tensor) -> EncodedFrames:
        """As ``EntClip.encode_frames``."""
        return encoded_by(self._model.head, self.depths(pixels), self._model.config.slerp_join)


@dataclass(frozen=True)
class Measured:
    """Figures of one half after learning from the other, and those of the bundle.

    Attributes:
        frames: learned from.
    """

    frames: int
    before: Scores
    after: Scores


class Halves:
    """Learns from one part of a user's frames and judges another.

    Args:
        bundle: to go on from; its network computes each frame once.
        data: the frames, see ``read_own_frames``.
        source: on whose frames class and retrieval are judged.
        depth: see ``learn.learn``; what the towers see is kept for the fast one alone.

    Attributes:
        frames: N, of which rows are learned or judged.
        squares: uint8 [N, S, S, 3].
        bundle: as it was given, but for the head of its network.
        head: as it was given.
    """

    def __init__(self, bundle: Bundle, data: Path, source: str, depth: Depth = "fast") -> None:
        self._depth: Depth = depth
        if depth == "fast":
            Remembered(bundle.model)
        self.frames = read_own_frames(data, bundle)
        by_file = {item.file: item for item in read_data(data).items}
        self._items = [by_file[item.file] for item in self.frames.items]
        found = [load_frame(item.file) for item in self._items]
        self.squares = Encoder(bundle).squares(found)
        self._digests = [frame.digest for frame in found]
        self.bundle, self.head, self._source = bundle, bundle.model.head, source

    def split(self, seed: int) -> tuple[Ints, Ints]:
        """Rows of both halves."""
        kinds = [f"{it.source}/{it.class_name or it.region}" for it in self._items]
        halves = dealt_out(self.frames.groups, kinds, 2, seed)
        return np.flatnonzero(halves == 0), np.flatnonzero(halves == 1)

    def measured(self, learned: Ints, judged: Ints) -> Measured:
        """Learn from some rows and judge others."""
        self.bundle.model.head = self.head
        before = self.judged(self.bundle, judged)
        found = learn(self.bundle, self.frames.part(learned), depth=self._depth)
        adapted = found.put_in(self.bundle)
        return Measured(len(learned), before, self.judged(adapted, judged))

    def judged(self, bundle: Bundle, rows: Ints) -> Scores:
        """What a bundle gets right of some rows."""
        encoder = Encoder(bundle)
        every = self.encoded(encoder, rows)
        of_source = [row for row in rows if self._items[row].source == self._source]
        if not of_source:
            raise typer.BadParameter(f"No frame of {self._source} in one of the halves.")
        part = self.encoded(encoder, np.array(of_source, np.int64))
        figures = by_source(every, bundle.info.ood.threshold)
        classes = by_source(part, bundle.info.ood.threshold).sources[0].class_accuracy
        found = search_all(encoder, pool_of(encoder, part)).get(IMAGE)
        told = {
            "region": figures.balanced_region_accuracy,
            "class": classes,
            "recall_1": found.recall_1 if found else None,
            "region_ece": figures.region_ece,
        }
        return {name: float("nan") if it is None else it for name, it in told.items()}

    def encoded(self, encoder: Encoder, rows: Ints) -> EncodedItems:
        """Rows as an evaluation takes them."""
        items = [self._items[row] for row in rows]
        digests = [self._digests[row] for row in rows]
        return EncodedItems(items, digests, encoder.frames(self.squares[rows]), [])


def some_of_each(frames: OwnFrames, rows: Ints, shots: int) -> Ints:
    """At most ``shots`` of the rows of each label, in the order that the rows have."""
    labels, counts, kept = frames.labels, dict[str, int](), []
    for row in rows.tolist():
        counts[labels[row]] = counts.get(labels[row], 0) + 1
        if counts[labels[row]] <= shots:
            kept.append(row)
    return np.array(kept, np.int64)


def both_ways(halves: Halves, seeds: int, shots: int | None = None) -> list[Measured]:
    """Each half learned from in turn, for each seed.

    Args:
        halves: of the frames.
        seeds: number of splits.
        shots: at most so many frames of each label are learned from; None for all.
    """
    found = []
    for seed in range(seeds):
        one, other = halves.split(seed)
        for learned, judged in ((one, other), (other, one)):
            rows = learned
            if shots is not None:
                shuffled = np.random.default_rng(seed).permutation(learned)
                rows = np.sort(some_of_each(halves.frames, shuffled, shots))
            found.append(halves.measured(rows, judged))
    return found


def summary(found: list[Measured]) -> dict[str, dict[str, float]]:
    """Mean before and after, and the lowest after, of each figure."""
    return {
        name: {
            "before": float(np.mean([it.before[name] for it in found])),
            "after": float(np.mean([it.after[name] for it in found])),
            "lowest": min(it.after[name] for it in found),
        }
        for name in FIGURES
    }


def table(found: list[Measured]) -> Table:
    """A row a figure."""
    title = f"{len(found)} times one half learned, the other judged"
    shown = Table(title=title, title_justify="left")
    for column in ("figure", "before", "after", "lowest half", "target"):
        shown.add_column(column)
    for name, it in summary(found).items():
        target = f"{TARGETS[name]:.2f}" if name in TARGETS else ""
        shown.add_row(name, *(f"{value:.3f}" for value in it.values()), target)
    return shown


def curve_table(found: dict[int, list[Measured]]) -> Table:
    """A row a number of frames of each label, none first."""
    shown = Table(title="Frames of each label, at most", title_justify="left")
    for column in ("a label", "frames", *FIGURES):
        shown.add_column(column)
    before = summary(found[SHOTS[0]])
    shown.add_row("0", "0", *(f"{it['before']:.3f}" for it in before.values()))
    for shots, measured in found.items():
        frames = np.mean([it.frames for it in measured])
        cells = (f"{it['after']:.3f}" for it in summary(measured).values())
        shown.add_row(str(shots), f"{frames:.0f}", *cells)
    return shown


def main(
    data: Annotated[Path, typer.Argument(help="A sub-folder a class or region.")],
    source: Annotated[str, typer.Option(help="Of class and retrieval, by frames.csv.")] = SOURCE,
    seeds: Annotated[int, typer.Option(min=1, help="Splits; each is used both ways.")] = 5,
    curve: Annotated[bool, typer.Option("--curve", help="Learn from few frames.")] = False,
    full: Annotated[bool, typer.Option("--full", help="LoRA too, in place of fast.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print figures before and after, with their targets."""
    halves = Halves(load_bundle(DEFAULT_WEIGHTS), data, source, "full" if full else "fast")
    if curve:
        found = {shots: both_ways(halves, seeds, shots) for shots in SHOTS}
        shown = curve_table(found)
        told: object = {shots: summary(measured) for shots, measured in found.items()}
    else:
        whole = both_ways(halves, seeds)
        shown, told = table(whole), summary(whole)
    if json:
        typer.echo(jsonlib.dumps(told, indent=2))
    else:
        Console().print(shown)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
