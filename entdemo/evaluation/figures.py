"""Figures of a report: confusion matrix, reliability diagram, examples of retrieval."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from entdemo.errors import MissingPartError
from entdemo.evaluation.examples import Example
from entdemo.evaluation.metrics import ReliabilityBin
from entdemo.image.frame import load_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDE = 160
_RIGHT, _WRONG = "#1b7837", "#b2182b"
_CAPTION_WIDTH = 34


def require_matplotlib() -> None:
    """Fail before long work rather than after it.

    Raises:
        UserError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingPartError("figures.no_matplotlib") from error


def new_figure(width: float, height: float) -> Figure:
    """A figure of so many inches, bound to no window.

    Raises:
        UserError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def confusion_figure(counts: dict[str, dict[str, int]]) -> Figure:
    """Counts by true class (rows) and predicted class; shades are shares of the row."""
    names = list(counts)
    table = np.array([[counts[true][name] for name in names] for true in names])
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    figure = new_figure(6.5, 5.6)
    axis = figure.subplots()
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axis.text(column, row, str(count), ha="center", va="center", color=colour)
    axis.set_xticks(range(len(names)), names, rotation=35, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="taken for", ylabel="true class")
    return figure


def reliability_figure(bins: Sequence[ReliabilityBin], ece: float) -> Figure:
    """Accuracy against confidence; the lower part shows how many frames each bin holds."""
    figure = new_figure(5, 5.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    middles = [(own.low + own.high) / 2 for own in bins]
    widths = [0.9 * (own.high - own.low) for own in bins]
    upper.bar(middles, [own.accuracy for own in bins], widths, color="#9ecae1", label="accuracy")
    upper.plot([own.confidence for own in bins], [own.accuracy for own in bins], "o", color="k")
    upper.plot([0, 1], [0, 1], "--", color="grey", label="well calibrated")
    upper.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1.02), title=f"calibration error {ece:.3f}")
    upper.legend(loc="upper left")
    lower.bar(middles, [own.frames for own in bins], widths, color="#9ecae1")
    lower.set(xlabel="confidence", ylabel="frames")
    return figure


def examples_figure(examples: Sequence[Example]) -> Figure:
    """A row an example: the query, then its nearest frames; green frames are of its class."""
    columns = 1 + max(len(example.answers) for example in examples)
    figure = new_figure(1.6 * columns, 1.85 * len(examples))
    grid = figure.subplots(len(examples), columns, squeeze=False)
    for row, example in zip(grid, examples, strict=True):
        for axis in row:
            axis.set_axis_off()
        _show_query(row[0], example)
        for axis, answer in zip(row[1:], example.answers, strict=False):
            axis.imshow(load_frame(answer.file).square(_SIDE))
            colour = _RIGHT if answer.class_name == example.query.class_name else _WRONG
            axis.set_title(answer.class_name, fontsize=8, color=colour)
    return figure


def _show_query(axis: Axes, example: Example) -> None:
    if not example.text:
        axis.imshow(load_frame(example.query.file).square(_SIDE))
        axis.set_title(f"query: {example.query.class_name}", fontsize=8)
        return
    words = textwrap.fill(example.text, _CAPTION_WIDTH, max_lines=7, placeholder=" …")
    axis.text(0, 0.5, f"{example.query.class_name}:\n{words}", fontsize=6, va="center")
