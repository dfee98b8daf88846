"""How hard a case is, from where the model puts it among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from entdemo.taxonomy import CLASSES
from entdemo.ui.quiz import LEVELS, Item, Level

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

_MOST_ROWS = 5_000
_BLOCK = 512


def gallery_items(gallery: Gallery) -> list[Item]:
    """The gallery's cases whose class is stated as items of a quiz; of many every n-th case."""
    stated = [row for row, case in enumerate(gallery.cases) if case.class_name in CLASSES]
    count = len(stated)
    places = np.unique(np.linspace(0, count - 1, min(count, _MOST_ROWS)).astype(np.int64))
    rows = np.array(stated, np.int64)[places]
    cases = [gallery.cases[row] for row in rows]
    found = levels(margins(gallery.vectors[rows], [case.class_name for case in cases]))
    return [
        Item(case.case_id, case.class_name, case.finding, level)
        for case, level in zip(cases, found, strict=True)
    ]


def margins(vectors: NDArray[np.float32], class_names: list[str]) -> NDArray[np.float32]:
    """How much nearer a case is to its own class than to another.

    This is the hypothesis margin of nearest neighbours (Gilad-Bachrach et al., ICML 2004) with
    cosines in place of distances.

    Args:
        vectors: [N, D] float32 of length 1.
        class_names: the N classes.

    Returns:
        [N] float32, -2 to 2: the cosine of the nearest other case of the class minus that of the
        nearest case of another class; where there is none its cosine counts as -1.
    """
    _, labels = np.unique(np.array(class_names, dtype=str), return_inverse=True)
    found = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(vectors)))
        cosines = vectors[rows] @ vectors.T
        same = labels[rows][:, None] == labels
        miss = np.where(same, -1.0, cosines).max(axis=1)
        same[np.arange(len(rows)), rows] = False
        found[rows] = np.where(same, cosines, -1.0).max(axis=1) - miss
    return found


def levels(found: NDArray[np.float32]) -> list[Level]:
    """Thirds by rank, the smallest margins ``hard``; equal margins in the order of the cases."""
    rank = np.empty(len(found), np.int64)
    rank[np.argsort(-found, kind="stable")] = np.arange(len(found))
    return [LEVELS[place * len(LEVELS) // len(found)] for place in rank.tolist()]
