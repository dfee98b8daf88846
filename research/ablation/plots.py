"""The plots of an ablation, and a look at its frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.evaluation.figures import new_figure
from research.ablation.document import Finished

Picture = NDArray[np.uint8]

_MARKS = ("o", "s", "^")


def plot_methods(path: Path, own: Finished) -> None:
    """Accuracy of each method: a dot a seed, a bar at their mean."""
    variants, shots = own.group.variants, own.group.shots[0]
    figure = new_figure(7.5, 0.8 + 0.42 * len(variants))
    axis = figure.subplots()
    for row, variant in enumerate(variants):
        values = own.values(variant, shots, "accuracy")
        axis.barh(row, values.mean(), height=0.55, color="#9ecae1")
        axis.plot(values, np.full(len(values), row), "o", color="#08306b", markersize=4)
    axis.set_yticks(range(len(variants)), [variant.name for variant in variants])
    axis.invert_yaxis()
    low = min(own.values(variant, shots, "accuracy").min() for variant in variants)
    axis.set(xlabel=f"accuracy, {shots} labelled frames a class", xlim=(max(0, low - 0.1), 1))
    axis.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=120)


def plot_low_data(path: Path, own: Finished) -> None:
    """Accuracy against labelled frames a class: mean of the seeds, shaded by their range."""
    shots = own.group.shots
    figure = new_figure(6.5, 4)
    axis = figure.subplots()
    for variant, mark in zip(own.group.variants, _MARKS, strict=True):
        columns = [own.values(variant, number, "accuracy") for number in shots]
        axis.plot(shots, [values.mean() for values in columns], f"{mark}-", label=variant.name)
        axis.fill_between(
            shots,
            [values.min() for values in columns],
            [values.max() for values in columns],
            alpha=0.15,
        )
    axis.set_xscale("log", base=2)
    axis.set_xticks(shots, [str(number) for number in shots])
    axis.set(xlabel="labelled frames a class", ylabel="accuracy")
    axis.grid(alpha=0.3)
    axis.legend()
    figure.savefig(path, dpi=120)


def show_frames(path: Path, drawn: Picture, degraded: Picture) -> None:
    """uint8 [N, S, S, 3] each, in two rows."""
    rows = [np.concatenate(list(squares), axis=1) for squares in (drawn, degraded)]
    Image.fromarray(np.concatenate(rows)).save(path, quality=88)
