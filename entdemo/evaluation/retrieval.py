"""Leave-one-out retrieval: at which rank the first hit comes.

A hit is a frame with the query's label. Frames with the query's owner are left out: the query
itself, its copies, or all of its examination, as the caller chooses. Ties count against the hit,
so neither the order of files nor a network that answers everything alike can flatter a figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

_CHUNK = 256
NO_LABEL = -1
"""Label of a frame that is never a hit, and of a query that is not asked."""


@dataclass(frozen=True)
class Ranks:
    """Ranks of the first hits.

    Attributes:
        queries: int64 [M], indices of the queries that have at least one possible hit.
        first_hit: int64 [M], rank of their first hit, from 1.
    """

    queries: Ints
    first_hit: Ints

    def recall_at(self, k: int) -> NDArray[np.float64]:
        """[M] 1 where one of the ``k`` nearest frames is a hit, else 0."""
        return (self.first_hit <= k).astype(np.float64)

    @property
    def reciprocal(self) -> NDArray[np.float64]:
        """[M] 1 / rank; its mean is the MRR."""
        return 1.0 / self.first_hit


def first_hits(
    queries: Floats,
    query_labels: Ints,
    query_owners: Ints,
    frames: Floats,
    labels: Ints,
    owners: Ints,
) -> Ranks:
    """Rank all frames by cosine for each query and find the first hit.

    Args:
        queries: [Q, D] unit vectors.
        query_labels: int64 [Q]; queries with ``NO_LABEL`` are not asked.
        query_owners: int64 [Q]; frames of the same owner are left out.
        frames: [N, D] unit vectors.
        labels: int64 [N]; frames with ``NO_LABEL`` stay as candidates, but are no hit.
        owners: int64 [N].

    Returns:
        Ranks; a query without any possible hit has none.
    """
    ranks = np.zeros(len(queries), np.int64)
    for start in range(0, len(queries), _CHUNK):
        part = slice(start, start + _CHUNK)
        cosine = queries[part].astype(np.float64) @ frames.T.astype(np.float64)
        others = query_owners[part, None] != owners
        asked = query_labels[part, None] != NO_LABEL
        hit = (query_labels[part, None] == labels) & others & asked
        ranks[part] = _first_ranks(cosine, hit, others & ~hit)
    asked_queries = np.flatnonzero(ranks)
    return Ranks(asked_queries, ranks[asked_queries])


def _first_ranks(
    cosine: NDArray[np.float64], hit: NDArray[np.bool_], miss: NDArray[np.bool_]
) -> Ints:
    """[Q, N] each -> int64 [Q], 0 where a row has no hit."""
    best = np.where(hit, cosine, -np.inf).max(axis=1, initial=-np.inf)
    before = np.sum(miss & (cosine >= best[:, None]), axis=1)
    return np.where(hit.any(axis=1), before + 1, 0)
