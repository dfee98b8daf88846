"""Splits that put no examination on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray


class Grouped(Protocol):
    """Something of a class, from an examination."""

    @property
    def class_name(self) -> str | None: ...

    @property
    def group(self) -> str: ...


T = TypeVar("T", bound=Grouped)


def group_split(items: Sequence[T], fractions: Sequence[float], seed: int) -> list[list[T]]:
    """Split items by whole groups, each class in about the given fractions.

    Groups are shuffled, then dealt out largest first, each to the part that lacks most of the
    group's classes. Source: Sechidis et al., "On the stratification of multi-label data", ECML
    PKDD 2011, with a group in the place of an example.

    Args:
        items: what to split; the same items in the same order give the same split.
        fractions: of the parts, positive, together 1.
        seed: another seed, another split.

    Returns:
        The parts, each in the order of ``items``; their number is that of ``fractions``.
    """
    if not items:
        return [[] for _ in fractions]
    _, classes = np.unique([item.class_name or "" for item in items], return_inverse=True)
    members: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        members[item.group].append(index)
    groups = list(members.values())
    counts = np.array([np.bincount(classes[own], minlength=classes.max() + 1) for own in groups])
    part_of = _deal(counts, np.array(fractions), seed)
    chosen = {index: part for own, part in zip(groups, part_of, strict=True) for index in own}
    return [
        [item for index, item in enumerate(items) if chosen[index] == part]
        for part in range(len(fractions))
    ]


def _deal(counts: NDArray[np.int64], fractions: NDArray[np.float64], seed: int) -> list[int]:
    """The part of each group, from [G, C] counts of its classes."""
    lacking = fractions[:, None] * counts.sum(axis=0)
    shuffled = np.random.default_rng(seed).permutation(len(counts))
    order = shuffled[np.argsort(-counts[shuffled].sum(axis=1), kind="stable")]
    part_of = [0] * len(counts)
    for group in order:
        part = int((lacking @ counts[group]).argmax())
        lacking[part] -= counts[group]
        part_of[group] = part
    return part_of
