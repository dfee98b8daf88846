from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entdemo.gallery.cases import Case
from entdemo.gallery.filters import CaseFilter
from entdemo.gallery.index import ExactIndex, HnswIndex, VectorIndex, Vectors, unit
from entdemo.gallery.matching import CLASS_SHARE, Matcher, Query, TextVectors
from entdemo.gallery.store import Gallery
from entdemo.taxonomy import CLASSES
from entdemo.text.terms import stems

RNG = np.random.default_rng(9)
CLASS_OF = ("ear-left", "nose-left", "throat")
CASES = 60


def built(vectors: Vectors, cases: list[Case]) -> Matcher:
    return matching(vectors, cases, lambda _: pytest.fail("no caption is to be encoded"))


def matching(vectors: Vectors, cases: list[Case], text_vectors: TextVectors) -> Matcher:
    graph = HnswIndex.build(vectors)
    gallery = Gallery(Path("nowhere"), tuple(cases), vectors, "weights", "settings", index=graph)
    return Matcher(gallery, text_vectors)


def case(row: int, class_name: str, finding: str, caption: str = "") -> Case:
    return Case(f"c{row}", f"frames/{row}.jpg", class_name, finding, caption)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    centres = 4 * np.eye(3, 16)
    rows = unit(centres[np.arange(CASES) % 3] + 0.4 * RNG.normal(size=(CASES, 16)))
    rows[3] = unit(rows[0:1] + 0.0005)[0]  # two pictures of one finding
    rows[6] = unit(rows[0:1] - 0.0005)[0]  # as near, but of another finding
    return rows


@pytest.fixture(scope="module")
def matcher(vectors: Vectors) -> Matcher:
    cases = [case(row, CLASS_OF[row % 3], "wax", f"Number {row}.") for row in range(CASES)]
    cases[6] = case(6, CLASS_OF[0], "perforation", "Number 6.")
    return built(vectors.copy(), cases)


def test_near_duplicates_are_folded_and_others_take_their_place(
    matcher: Matcher, vectors: Vectors
) -> None:
    first, second, *_ = found = matcher.near(Query(vectors[0], -1), 8)
    assert len(found) == 8
    assert first.case.case_id == "c0"
    assert [other.case_id for other in first.folded] == ["c3"]
    assert second.case.case_id == "c6"  # another finding is worth a card of its own
    assert "c3" not in {match.case.case_id for match in found}


def test_folding_still_gives_as_many_as_asked_for(vectors: Vectors) -> None:
    twins = np.repeat(vectors[7:37], 4, axis=0)
    cases = [case(row, CLASS_OF[(row // 4) % 3], "wax") for row in range(len(twins))]
    found = built(twins, cases).near(Query(vectors[7], -1), 20)
    assert len(found) == 20
    assert all(len(match.folded) == 3 for match in found[:19])


def test_a_case_may_be_left_out(matcher: Matcher, vectors: Vectors) -> None:
    found = matcher.near(Query(vectors[9], -1), CASES, CaseFilter(without=frozenset({"c9"})))
    assert "c9" not in {match.case.case_id for match in found}


def test_filters_hold_and_weak_matches_are_marked(matcher: Matcher, vectors: Vectors) -> None:
    level = matcher.weak_frame_below
    assert 0 < level < 1
    throat = CaseFilter(classes=frozenset({"throat"}))
    found = matcher.near(Query(vectors[0], level), 12, throat)
    assert len(found) == 12
    assert all(match.case.class_name == "throat" and match.weak for match in found)
    assert not any(match.weak for match in matcher.near(Query(vectors[0], level), 12))


def test_words_lift_the_case_that_holds_them_and_it_is_not_weak(
    matcher: Matcher, vectors: Vectors
) -> None:
    query = Query(vectors[2], 1.01, stems("number 17"), words_share=0.5)
    first, second, *_ = matcher.near(query, 5)
    assert first.case.case_id == "c17"
    assert not first.weak
    assert second.weak
    assert first.similarity == pytest.approx(0.5 * float(vectors[2] @ vectors[17]) + 0.5, abs=1e-5)


def test_least_similarity_cuts_exactly(matcher: Matcher, vectors: Vectors) -> None:
    query = Query(vectors[0], -1)
    level = matcher.near(query, 5)[2].similarity
    found = matcher.near(query, 5, CaseFilter(min_similarity=level))
    assert [match.similarity >= level for match in found] == [True] * 3


def test_least_similarity_may_leave_none(matcher: Matcher, vectors: Vectors) -> None:
    assert matcher.near(Query(-vectors[0], -1), 5, CaseFilter(min_similarity=0.99)) == ()


def test_an_empty_gallery_gives_nothing() -> None:
    assert built(np.zeros((0, 4), np.float32), []).near(Query(np.ones(4, np.float32), -1), 3) == ()


def test_description_level_is_measured_once(vectors: Vectors) -> None:
    asked: list[int] = []

    def encode(captions: Sequence[str]) -> Vectors:
        rows = [int(caption.split()[1].rstrip(".")) for caption in captions]
        asked.append(len(rows))
        return vectors[rows]

    cases = [case(row, CLASS_OF[row % 3], "wax", f"Number {row}.") for row in range(CASES)]
    matcher = matching(vectors, cases, encode)
    levels = {matcher.text_query("wax", vectors[row]).weak_below for row in range(3)}
    assert len(levels) == 1
    assert 0 < levels.pop() < 1
    assert asked == [CASES]


@pytest.mark.parametrize("index", [HnswIndex.build, ExactIndex])
def test_ranks_do_not_depend_on_how_many_are_asked_for(
    index: Callable[[Vectors], VectorIndex],
) -> None:
    """Many near ties between classes: the class counts before the list is cut."""
    rows = unit(np.eye(1, 16) + 0.02 * RNG.normal(size=(900, 16)))
    cases = tuple(case(row, CLASS_OF[row % 3], f"finding {row}") for row in range(900))
    matcher = Matcher(
        Gallery(Path("nowhere"), cases, rows, "weights", "settings", index=index(rows)),
        lambda _: pytest.fail("no caption is to be encoded"),
    )
    probabilities = [float(name == "throat") for name in CLASSES]
    query = matcher.frame_query(rows[0], probabilities)
    cosines = rows @ rows[0]
    bonus = np.array([probabilities[CLASSES.index(one.class_name)] for one in cases])
    expected = np.argsort(-((1 - CLASS_SHARE) * cosines + CLASS_SHARE * bonus), kind="stable")
    for k in (1, 12, 100):
        found = [matcher.row(match.case) for match in matcher.near(query, k)]
        assert found == expected[:k].tolist()


def test_near_ties_go_to_the_more_probable_class_and_the_same_frame_stays_first(
    vectors: Vectors,
) -> None:
    cases = [case(row, CLASS_OF[row % 3], "wax") for row in range(CASES)]
    tied = vectors.copy()
    tied[1] = unit(tied[0:1] + 0.003 * RNG.normal(size=(1, 16)))[0]  # a nose like the ear before it
    tied[2] = unit(tied[0:1] + 0.002 * RNG.normal(size=(1, 16)))[0]  # a throat, still nearer
    matcher = built(tied, cases)
    sure = tuple(float(name == "nose-left") for name in CLASSES)
    plain = matcher.near(Query(tied[0], -1), 3)
    query = Query(tied[0], -1, probabilities=sure, class_share=CLASS_SHARE)
    ranked = matcher.near(query, 3)
    assert [match.case.class_name for match in plain][:3] == ["ear-left", "throat", "nose-left"]
    assert ranked[0].case.class_name == "nose-left"
    assert all(match.similarity <= 1 for match in ranked)
    itself = replace(query, probabilities=tuple(float(name == "ear-left") for name in CLASSES))
    assert matcher.near(itself, 1)[0].case.case_id == "c0"
