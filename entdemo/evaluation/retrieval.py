"""Leave-one-out retrieval: at which rank the first hit comes.

Cases are ranked by the ``Matcher`` that serves. A hit is a case with the query's label. Cases with
the query's owner are left out: the query itself, its copies, or all of its examination, as the
caller chooses. Ties count against the hit, so neither the order of files nor a network that answers
everything alike can flatter a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.gallery.filters import CaseFilter
from entdemo.gallery.matching import Match, Matcher, Query

Ints = NDArray[np.int64]
Rows = NDArray[np.bool_]

NO_LABEL = -1
"""Label of a case that is never a hit, and of a query that is not asked."""
_SHOWN = 12
_GROWTH = 4
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Ranks:
    """Ranks of the first hits.

    Attributes:
        queries: int64 [M], indices of the queries that have at least one possible hit.
        first_hit: int64 [M], rank of their first hit among the cases shown, from 1.
    """

    queries: Ints
    first_hit: Ints

    def recall_at(self, k: int) -> NDArray[np.float64]:
        """[M] 1 where one of the first ``k`` cases is a hit, else 0."""
        return (self.first_hit <= k).astype(np.float64)

    @property
    def reciprocal(self) -> NDArray[np.float64]:
        """[M] 1 / rank; its mean is the MRR."""
        return 1.0 / self.first_hit


def first_hits(
    matcher: Matcher,
    queries: Sequence[Query],
    query_labels: Ints,
    query_owners: Ints,
    labels: Ints,
    owners: Ints,
) -> Ranks:
    """Rank the cases for each query and find the first hit.

    Args:
        matcher: over N cases.
        queries: Q queries.
        query_labels: int64 [Q]; queries with ``NO_LABEL`` are not asked.
        query_owners: int64 [Q]; cases of the same owner are left out.
        labels: int64 [N], alike for cases of one class and finding, of which near-duplicates are
            folded; cases with ``NO_LABEL`` stay as candidates, but are no hit.
        owners: int64 [N].

    Returns:
        Ranks; a query without any possible hit has none.
    """
    ranks = np.zeros(len(queries), np.int64)
    for number, query in enumerate(queries):
        label, own = query_labels[number], owners == query_owners[number]
        hits = (labels == label) & ~own
        if label != NO_LABEL and hits.any():
            ranks[number] = _first_rank(matcher, query, hits, without(matcher, own))
    asked = np.flatnonzero(ranks)
    return Ranks(asked, ranks[asked])


def without(matcher: Matcher, rows: Rows) -> CaseFilter:
    """All cases but those whose row is marked."""
    cases = matcher.gallery.cases
    return CaseFilter(without=frozenset(cases[row].case_id for row in np.flatnonzero(rows)))


def _first_rank(matcher: Matcher, query: Query, hits: Rows, where: CaseFilter) -> int:
    """Rank of the first hit, of which there is at least one: as far down as it takes."""
    k = _SHOWN
    while True:
        found = matcher.near(query, k, where)
        is_hit = np.array([_holds(match, hits, matcher) for match in found])
        scores = np.array([match.similarity for match in found])
        if is_hit.any():
            tied = scores[is_hit.argmax()] - _ROUNDING
            if len(found) < k or scores[-1] < tied:  # else more may be tied with the hit
                return 1 + int(np.sum(~is_hit & (scores >= tied)))
        k *= _GROWTH


def _holds(match: Match, hits: Rows, matcher: Matcher) -> bool:
    return any(hits[matcher.row(case)] for case in (match.case, *match.folded))
