"""What unlabelled frames add to a few labelled ones.

``python -m benchmarks.unlabelled FRAMES [--source S] [--seeds 2] [--json]`` splits the frames as
``benchmarks.adapting`` does. Of one half 1, 2 and 4 frames of each label are learned from, alone or
with the others of the half, whose labels are hidden: as the fitted head answers them, or as labels
spread from the labelled frames over nearest neighbours. Of each class the more confident half of
the frames that are given to it is learned from. Region, class and Recall@1 are of the other half.

Source: Zhou et al., "Learning with local and global consistency", NeurIPS 2003 (the spreading).
"""

from __future__ import annotations

import json as jsonlib
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.adapting import SOURCE, Halves, Scores, some_of_each
from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import Ints, OwnFrames
from entdemo.adaptation.judge import said_by
from entdemo.boundary import guarded
from entdemo.bundle.weights import load_bundle
from entdemo.model.fusion import FusionHead
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.taxonomy import CLASSES, MIRRORED

SHOTS = (1, 2, 4)
_FIGURES = ("region", "class", "recall_1")
_NEIGHBOURS = 8
_ALPHA = 0.9
"""How much a frame takes from its neighbours beside its own label."""
_SHARE = 0.5
_WIDTH = 0.1
"""Of the weight of a neighbour, which falls with its cosine."""

Floats = NDArray[np.float64]
Guess = Callable[[Halves, FusionHead, Ints, Ints], Floats]
"""Head fitted on labelled rows, labelled and unlabelled rows -> [U, C] of the unlabelled ones."""


def answered(halves: Halves, head: FusionHead, labelled: Ints, hidden: Ints) -> Floats:
    """What the fitted head says, mean over a frame and its mirror image."""
    part = halves.frames.part(hidden)
    said = said_by(head, part, halves.bundle.model.config.slerp_join)
    stated = said.stated(halves.bundle.model, halves.bundle.info.calibration)
    return stated.probabilities.numpy().astype(float)


def spread(halves: Halves, head: FusionHead, labelled: Ints, hidden: Ints) -> Floats:
    """What labels say that spread over the nearest neighbours in the embedding of the bundle.

    Every mirror image is a frame of its own, with the sides of its label exchanged.
    """
    rows = np.concatenate([labelled, hidden])
    part, joined = halves.frames.part(rows), halves.bundle.model.config.slerp_join
    vectors = said_by(halves.head, part, joined).encoded.embedding.numpy()
    open_ = part.allowed.numpy().astype(float)
    open_[len(labelled) :] = 0
    given = np.concatenate([open_, open_[:, list(MIRRORED)]])
    found = spread_labels(vectors, given / np.maximum(given.sum(1, keepdims=True), 1))
    frames, mirrored = np.split(found, 2)
    both = (frames + mirrored[:, list(MIRRORED)])[len(labelled) :]
    told: Floats = both / np.maximum(both.sum(1, keepdims=True), 1e-12)
    return told


def spread_labels(vectors: NDArray[np.float32], given: Floats) -> Floats:
    """Labels [N, C] that spread over the nearest of N unit vectors; a row of zeros has none yet."""
    near = vectors.astype(float) @ vectors.T.astype(float)
    np.fill_diagonal(near, -1)
    count = min(_NEIGHBOURS, len(near) - 1)
    least = np.partition(near, -count, axis=1)[:, -count, None]
    weights = np.where(near >= least, np.exp((near - 1) / _WIDTH), 0)
    weights = np.maximum(weights, weights.T)
    scale = 1 / np.sqrt(weights.sum(1))
    smooth = scale[:, None] * weights * scale
    found: Floats = np.linalg.solve(np.eye(len(given)) - _ALPHA * smooth, given)
    return found


def confident(told: Floats) -> tuple[Ints, Ints]:
    """Rows of [U, C] that are believed, and their class: of each class the more confident half."""
    classes, sure = told.argmax(1), told.max(1)
    rows: list[int] = []
    for number in range(len(CLASSES)):
        of_class = np.flatnonzero(classes == number)
        best = of_class[np.argsort(-sure[of_class], kind="stable")]
        rows += best[: round(_SHARE * len(best))].tolist()
    chosen = np.array(sorted(rows), np.int64)
    return chosen, classes[chosen]


def with_guesses(frames: OwnFrames, labelled: Ints, hidden: Ints, told: Floats) -> OwnFrames:
    """The labelled frames, and those of the others that are believed, with the guessed class."""
    rows, classes = confident(told)
    part = frames.part(np.concatenate([labelled, hidden[rows]]))
    allowed = part.allowed.clone()
    for place, number in enumerate(classes.tolist(), len(labelled)):
        allowed[place] = False
        allowed[place, number] = True
    return replace(part, allowed=allowed)


def measured(
    halves: Halves, learned: Ints, judged: Ints, shots: int
) -> tuple[dict[str, Scores], float]:
    """Figures by method, and how many of the guesses by the head were right."""
    labelled = some_of_each(halves.frames, learned, shots)
    hidden = np.setdiff1d(learned, labelled)
    frames = halves.frames

    def fitted(part: OwnFrames) -> FusionHead:
        return fitted_head(halves.bundle.model, *part.training(np.arange(len(part))))

    halves.bundle.model.head = halves.head
    head = fitted(frames.part(labelled))
    guesses: dict[str, Guess] = {"answered": answered, "spread": spread}
    told = {name: guess(halves, head, labelled, hidden) for name, guess in guesses.items()}
    rows, classes = confident(told["answered"])
    right = frames.allowed[hidden[rows], classes].numpy().mean()
    heads = {"alone": head} | {
        name: fitted(with_guesses(frames, labelled, hidden, it)) for name, it in told.items()
    }
    found = {}
    for name, one in heads.items():
        halves.bundle.model.head = one
        found[name] = halves.judged(halves.bundle, judged)
    halves.bundle.model.head = halves.head
    return found, float(right)


def main(
    data: Annotated[Path, typer.Argument(help="A sub-folder a class or region.")],
    source: Annotated[str, typer.Option(help="Of class and retrieval, by frames.csv.")] = SOURCE,
    seeds: Annotated[int, typer.Option(min=1, help="Splits; each is used both ways.")] = 2,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print figures with and without unlabelled frames."""
    halves = Halves(load_bundle(DEFAULT_WEIGHTS), data, source)
    shown = Table(title="Beside so many frames of each label", title_justify="left")
    for column in ("a label", "unlabelled frames", *_FIGURES, "guesses right"):
        shown.add_column(column)
    told = []
    for shots in SHOTS:
        runs = []
        for seed in range(seeds):
            one, other = (np.random.default_rng(seed).permutation(it) for it in halves.split(seed))
            runs += [measured(halves, one, other, shots), measured(halves, other, one, shots)]
        for name in runs[0][0]:
            means = [float(np.mean([it[name][figure] for it, _ in runs])) for figure in _FIGURES]
            right = float(np.mean([it for _, it in runs])) if name == "answered" else None
            told.append({"shots": shots, "method": name, **dict(zip(_FIGURES, means, strict=True))})
            cells = [*(f"{it:.3f}" for it in means), "" if right is None else f"{right:.3f}"]
            shown.add_row(str(shots), name, *cells)
    if json:
        typer.echo(jsonlib.dumps(told, indent=2))
    else:
        Console().print(shown)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
