"""95 % intervals by resampling whole groups, because frames of one examination are alike.

Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993 (percentile interval).
Every figure here is a function of sums over frames, so a resample is one matrix product. Where all
values are alike the interval has no width; that says nothing of how sure they are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from entdemo.taxonomy import CLASSES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Interval = tuple[float, float]

RESAMPLES = 2000
_CHUNK = 100
_SEED = 0
_PERCENTILES = (2.5, 97.5)


def mean_interval(values: Floats, groups: Ints) -> Interval | None:
    """Interval of the mean of ``values``.

    Args:
        values: [N].
        groups: int64 [N]; equal numbers stem from one group.

    Returns:
        Low and high end, None with fewer than two groups.
    """
    sums = np.stack([values, np.ones_like(values)], axis=1)
    return _interval(sums, groups, lambda parts: parts[:, 0] / parts[:, 1])


def macro_f1_interval(truth: Ints, predicted: Ints, groups: Ints) -> Interval | None:
    """Interval of the macro-F1 over the classes present in each resample's truth.

    Args:
        truth: int64 [N], indices into ``taxonomy.CLASSES``.
        predicted: int64 [N].
        groups: see ``mean_interval``.
    """
    size = len(CLASSES)
    cells = np.eye(size * size)[truth * size + predicted]
    return _interval(cells, groups, lambda parts: macro_f1_of(parts.reshape(-1, size, size)))


def macro_f1_of(counts: Floats) -> Floats:
    """[B, C, C] counts, true class by predicted class -> [B] macro-F1."""
    hits = np.diagonal(counts, axis1=1, axis2=2)
    true, predicted = counts.sum(2), counts.sum(1)
    f1 = 2 * hits / np.maximum(true + predicted, 1)
    mean: Floats = f1.sum(1) / np.count_nonzero(true, axis=1)
    return mean


def _interval(parts: Floats, groups: Ints, figure: Callable[[Floats], Floats]) -> Interval | None:
    """Percentiles of ``figure`` over resampled sums of ``parts`` [N, K]."""
    names, index = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return None
    sums = np.zeros((len(names), parts.shape[1]))
    np.add.at(sums, index, parts)
    generator = np.random.default_rng(_SEED)
    resamples = RESAMPLES // _CHUNK
    figures = [figure(_times_drawn(generator, len(names)) @ sums) for _ in range(resamples)]
    low, high = np.percentile(np.concatenate(figures), _PERCENTILES)
    return float(low), float(high)


def _times_drawn(generator: np.random.Generator, groups: int) -> Ints:
    """[_CHUNK, G] how often each group is drawn when G are drawn with replacement."""
    drawn = generator.integers(groups, size=(_CHUNK, groups))
    cells = drawn + groups * np.arange(_CHUNK)[:, None]
    return np.bincount(cells.ravel(), minlength=_CHUNK * groups).reshape(_CHUNK, groups)
