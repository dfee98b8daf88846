"""How near is near in a gallery: measured on its own vectors, for every gallery has its scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.gallery.index import Ids, Vectors

Labels = NDArray[np.int64]

_SAMPLE = 256
_CUTS = 512
_NEIGHBOUR = 10
_DUPLICATE_SHARE = 0.1
"""A near-duplicate lies within this share of the usual distance to the tenth nearest case; the
tenth, so that a gallery of twins and triplets is measured rightly too. In the shipped gallery nine
in ten frames that were saved anew, resized or brightened are told so, and one case in a hundred."""


class Residuals:
    """Cases without what tells their classes apart.

    Training draws the frames of a class together, so plain cosines cannot tell two pictures of
    one eardrum from two eardrums; what is left after the class means' plane is taken out can.

    Args:
        vectors: [N, D] float32 of length 1.
        labels: int64 [N], class of each.

    Attributes:
        duplicate_above: cosine of residuals above which two cases are near-duplicates.
    """

    def __init__(self, vectors: Vectors, labels: Labels) -> None:
        self._centre = vectors.mean(axis=0)
        means = np.stack([vectors[labels == label].mean(axis=0) for label in np.unique(labels)])
        left, sizes, _ = np.linalg.svd((means - means.mean(axis=0)).T, full_matrices=False)
        self._plane = left[:, sizes > 1e-6]
        self.duplicate_above = self._measured(vectors)

    def of(self, vectors: Vectors) -> Vectors:
        """[M, D] -> [M, D] float32, of length 1, or zero where nothing is left."""
        centred = vectors - self._centre
        rest = centred - centred @ self._plane @ self._plane.T
        lengths = np.linalg.norm(rest, axis=1, keepdims=True)
        return np.asarray(rest / np.maximum(lengths, 1e-6), dtype=np.float32)

    def _measured(self, vectors: Vectors) -> float:
        """The level, from the median over a sample of cases of the distance to another."""
        rows = spread(len(vectors), _SAMPLE)
        cosines = self.of(vectors[rows]) @ self.of(vectors).T
        place = max(len(vectors) - 1 - _NEIGHBOUR, 0)
        usual = float(np.median(np.partition(cosines, place, axis=1)[:, place]))
        return 1 - _DUPLICATE_SHARE * (1 - usual)


def weak_below(cosines: Vectors, same: NDArray[np.bool_]) -> float:
    """The cosine that best parts matches of the right class from others.

    Source: Youden, "Index for rating diagnostic tests", Cancer 1950.

    Args:
        cosines: any shape, float32.
        same: of the same shape, whether query and case are of one class.

    Returns:
        The level with the largest sum of the shares told rightly; -1 where only one kind is there.
    """
    right, wrong = np.sort(cosines[same]), np.sort(cosines[~same])
    if not len(right) or not len(wrong):
        return -1.0
    cuts = np.quantile(np.concatenate([right, wrong]), np.linspace(0, 1, _CUTS))
    kept = 1 - np.searchsorted(right, cuts) / len(right)
    left_out = np.searchsorted(wrong, cuts) / len(wrong)
    return float(cuts[np.argmax(kept + left_out)])


def spread(count: int, most: int) -> Ids:
    """At most ``most`` rows of ``count``, evenly spread."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, most)).astype(np.int64))
