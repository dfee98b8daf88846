"""Unit vectors that resemble embeddings of frames, for timing searches.

Independent Gaussian vectors would be the worst case for a graph and like no embedding: everything
is equally far. Embeddings lie near a curved sheet of few dimensions: those of the shipped gallery
have an intrinsic dimension of 6 (Levina and Bickel, "Maximum likelihood estimation of intrinsic
dimension", NIPS 2004). The vectors made here have one of about 20, to be on the safe side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

CLASSES = 7
_GROUPS = 400
_LOCAL_DIMENSIONS = 24
_GROUP_SPREAD = 0.6
_LOCAL_SPREAD = 0.5
_NOISE = 0.05
_BLOCK = 50_000


def embedding_like(count: int, dim: int, seed: int) -> tuple[Vectors, Vectors]:
    """Vectors around groups around seven classes, and 200 queries of the same kind.

    Args:
        count: N, how many.
        dim: D, their length.
        seed: of the random numbers.

    Returns:
        [N, D] and [200, D] float32 of length 1.
    """
    rng = np.random.default_rng(seed)
    classes = _directions(rng, (CLASSES, dim))
    groups = classes[np.arange(_GROUPS) % CLASSES] + _GROUP_SPREAD * _directions(
        rng, (_GROUPS, dim)
    )
    bases = _directions(rng, (_GROUPS, _LOCAL_DIMENSIONS, dim))
    vectors = np.empty((count + 200, dim), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        part = vectors[start : start + _BLOCK]
        part[:] = _around(rng, groups, bases, len(part))
    return vectors[:count], vectors[count:]


def _around(rng: np.random.Generator, groups: Vectors, bases: Vectors, count: int) -> Vectors:
    """``count`` vectors, each near a group's centre and its plane of few dimensions."""
    owners = rng.integers(len(groups), size=count)
    places = rng.standard_normal((count, bases.shape[1]), np.float32)
    places *= _LOCAL_SPREAD / bases.shape[1] ** 0.5
    made = groups[owners] + _NOISE * _directions(rng, (count, groups.shape[1]))
    for group in range(len(groups)):
        members = owners == group
        # Not by BLAS, whose last digits depend on the number of threads: graphs are kept.
        made[members] += np.einsum("nk,kd->nd", places[members], bases[group])
    lengths = np.linalg.norm(made, axis=1, keepdims=True)
    unit: Vectors = (made / lengths).astype(np.float32)
    return unit


def _directions(rng: np.random.Generator, shape: tuple[int, ...]) -> Vectors:
    drawn = rng.standard_normal(shape, np.float32)
    drawn /= np.linalg.norm(drawn, axis=-1, keepdims=True)
    return drawn


def intrinsic_dimension(vectors: Vectors, neighbours: int = 15) -> float:
    """Median of the maximum likelihood estimates at each of [N, D] vectors of length 1."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    nearest = -np.partition(-cosines, neighbours, axis=1)[:, :neighbours]
    distances = np.sqrt(np.maximum(2 - 2 * np.sort(nearest, axis=1)[:, ::-1], 1e-12))
    logs = np.log(distances[:, -1:] / distances[:, :-1])
    return float(np.median(1 / logs.mean(axis=1)))
