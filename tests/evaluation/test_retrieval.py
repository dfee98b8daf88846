"""Leave-one-out retrieval against hand-computed cases and a plain loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.evaluation.retrieval import NO_LABEL, Ranks, first_hits
from entdemo.gallery.cases import Case
from entdemo.gallery.matching import Matcher, Query
from entdemo.gallery.store import Gallery


def unit(angles: list[float]) -> np.ndarray:
    """Unit vectors at angles in degrees."""
    radians = np.radians(np.array(angles))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def matcher_of(vectors: np.ndarray) -> Matcher:
    """Every case has a finding of its own, so that none is folded."""
    cases = tuple(Case(f"c{row}", "", "throat", str(row)) for row in range(len(vectors)))
    return Matcher(Gallery(Path(), cases, vectors, "", ""), lambda texts: vectors[:0])


def queries_of(vectors: np.ndarray) -> list[Query]:
    return [Query(vector, -1.0) for vector in vectors]


def among_themselves(vectors: np.ndarray, labels: list[int], owners: list[int]) -> Ranks:
    marks, owned = np.array(labels), np.array(owners)
    return first_hits(matcher_of(vectors), queries_of(vectors), marks, owned, marks, owned)


def test_ranks_by_hand() -> None:
    """At 0, 10, 25 and 90 degrees with labels a, b, a, b."""
    ranks = among_themselves(unit([0, 10, 25, 90]), [0, 1, 0, 1], [0, 1, 2, 3])
    assert ranks.queries.tolist() == [0, 1, 2, 3]
    assert ranks.first_hit.tolist() == [2, 3, 2, 2]
    assert ranks.recall_at(1).mean() == 0
    assert ranks.recall_at(2).mean() == pytest.approx(3 / 4)
    assert ranks.reciprocal.mean() == pytest.approx((1 / 2 + 1 / 3 + 1 / 2 + 1 / 2) / 4)


def test_the_query_is_left_out() -> None:
    ranks = among_themselves(unit([0, 90, 91]), [0, 0, 1], [0, 1, 2])
    assert ranks.first_hit.tolist() == [1, 2]


def test_a_query_without_possible_hit_is_not_asked() -> None:
    ranks = among_themselves(unit([0, 5, 90]), [0, 0, 1], [0, 1, 2])
    assert ranks.queries.tolist() == [0, 1]


def test_owners_leave_out_whole_examinations() -> None:
    """The twin of the query's own examination no longer counts."""
    vectors, labels = unit([0, 1, 30, 20]), [0, 0, 0, 1]
    assert among_themselves(vectors, labels, [0, 1, 2, 3]).first_hit[0] == 1
    assert among_themselves(vectors, labels, [0, 0, 2, 3]).first_hit[0] == 2


def test_unlabelled_frames_are_candidates_but_no_hits() -> None:
    ranks = among_themselves(unit([0, 1, 2]), [0, NO_LABEL, 0], [0, 1, 2])
    assert ranks.queries.tolist() == [0, 2]
    assert ranks.first_hit.tolist() == [2, 2]


def test_a_collapsed_network_scores_nothing() -> None:
    """All frames alike: ties count against the hit, also beyond the cases that are shown."""
    ranks = among_themselves(unit([7] * 60), [0] * 30 + [1] * 30, list(range(60)))
    assert ranks.first_hit.tolist() == [31] * 60


def test_near_duplicates_take_one_rank() -> None:
    """Nineteen copies of a case of another class come first, under one card."""
    rng = np.random.default_rng(0)
    others = rng.normal(size=(21, 8))
    copies = np.repeat(np.eye(1, 8), 19, axis=0) + 1e-4 * rng.normal(size=(19, 8))
    vectors = np.concatenate([copies, others]).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    findings = ["same"] * 19 + [str(row) for row in range(21)]
    cases = tuple(Case(f"c{row}", "", "throat", finding) for row, finding in enumerate(findings))
    matcher = Matcher(Gallery(Path(), cases, vectors, "", ""), lambda texts: vectors[:0])
    labels = np.array([0] * 19 + [1] * 21)
    nobody, one = np.arange(40), np.array([1])
    ranks = first_hits(matcher, queries_of(np.eye(1, 8)), one, np.array([-1]), labels, nobody)
    assert ranks.first_hit.tolist() == [2]


def test_no_queries_give_no_ranks() -> None:
    nothing = np.zeros(0, np.int64)
    ranks = first_hits(matcher_of(unit([0, 1])), [], nothing, nothing, np.zeros(2), np.arange(2))
    assert len(ranks.queries) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 8))
def test_ranks_equal_a_plain_loop(seed: int, frames: int, queries: int) -> None:
    generator = np.random.default_rng(seed)
    # Few directions, so that ties happen.
    angles = generator.integers(0, 12, frames + queries) * 30.0
    vectors, asked = np.split(unit(angles.tolist()), [frames])
    labels, wanted = generator.integers(-1, 3, frames), generator.integers(-1, 3, queries)
    owners, own = generator.integers(0, 5, frames), generator.integers(0, 5, queries)
    expected = {}
    for query in range(queries):
        hits, misses = [], []
        for frame in range(frames):
            if owners[frame] == own[query]:
                continue
            cosine = float(asked[query] @ vectors[frame])
            is_hit = wanted[query] != NO_LABEL and labels[frame] == wanted[query]
            (hits if is_hit else misses).append(cosine)
        if hits:
            expected[query] = 1 + sum(cosine > max(hits) - 1e-6 for cosine in misses)
    ranks = first_hits(matcher_of(vectors), queries_of(asked), wanted, own, labels, owners)
    assert dict(zip(ranks.queries.tolist(), ranks.first_hit.tolist(), strict=True)) == expected
