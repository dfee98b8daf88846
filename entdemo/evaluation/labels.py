"""Names of frames' classes and groups as numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from entdemo.data.dataset import Item
from entdemo.evaluation.encode import EncodedItems
from entdemo.evaluation.retrieval import NO_LABEL
from entdemo.taxonomy import CLASSES

Ints = NDArray[np.int64]


def numbers(keys: Sequence[Hashable]) -> Ints:
    """Equal keys get equal numbers from 0."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], np.int64)


def group_numbers(encoded: EncodedItems) -> Ints:
    """One number per examination; a frame without one is its own, together with its copies."""
    pairs = zip(encoded.items, encoded.digests, strict=True)
    return numbers([("group", item.group) if item.group else ("frame", it) for item, it in pairs])


def class_labels(items: Sequence[Item]) -> Ints:
    """Index of each item's class, ``NO_LABEL`` where only its region is known."""
    names = [item.class_name for item in items]
    return np.array([CLASSES.index(name) if name else NO_LABEL for name in names], np.int64)
