"""Leave-one-out retrieval against hand-computed cases and a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.evaluation import retrieval
from entdemo.evaluation.retrieval import NO_LABEL, Ranks, first_hits


def unit(angles: list[float]) -> np.ndarray:
    """Unit vectors at angles in degrees."""
    radians = np.radians(np.array(angles))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def among_themselves(vectors: np.ndarray, labels: list[int], owners: list[int]) -> Ranks:
    marks, owned = np.array(labels), np.array(owners)
    return first_hits(vectors, marks, owned, vectors, marks, owned)


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
    """All frames alike: ties count against the hit."""
    ranks = among_themselves(unit([7] * 6), [0, 0, 0, 1, 1, 1], list(range(6)))
    assert ranks.first_hit.tolist() == [4] * 6


def test_no_queries_give_no_ranks() -> None:
    nothing = np.zeros(0, np.int64)
    frames = unit([0, 1])
    ranks = first_hits(np.zeros((0, 2)), nothing, nothing, frames, np.zeros(2), np.arange(2))
    assert len(ranks.queries) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25), st.integers(1, 20), st.integers(1, 9))
def test_ranks_equal_a_plain_loop(seed: int, frames: int, queries: int, chunk: int) -> None:
    generator = np.random.default_rng(seed)
    # A coarse grid, so that ties happen.
    vectors = generator.integers(-1, 2, (frames, 3)).astype(np.float32)
    asked = generator.integers(-1, 2, (queries, 3)).astype(np.float32)
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
            expected[query] = 1 + sum(cosine >= max(hits) for cosine in misses)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval, "_CHUNK", chunk)
        ranks = first_hits(asked, wanted, own, vectors, labels, owners)
    assert dict(zip(ranks.queries.tolist(), ranks.first_hit.tolist(), strict=True)) == expected
