from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from entdemo.text.terms import TermIndex, stems, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("perforation", "perforated"),
        ("perforated eardrum", "thủng màng nhĩ"),
        ("retracted right eardrum", "màng nhĩ phải co lõm"),
        ("vocal cord nodules", "hạt dây thanh"),
        ("polyps", "polyp"),
        ("oedema", "edema"),
    ],
)
def test_words_of_one_meaning_share_stems(one: str, other: str) -> None:
    assert stems(one) & stems(other)


def test_vietnamese_without_its_marks_is_understood() -> None:
    assert stems("thung mang nhi trai") == stems("thủng màng nhĩ trái")


def test_function_words_and_punctuation_have_no_stem() -> None:
    assert stems("the of a, in . và có") == frozenset()


@pytest.mark.parametrize(
    "text",
    ["left eardrum without perforation", "no perforation", "màng nhĩ trái không thủng"],
)
def test_what_is_denied_does_not_count(text: str) -> None:
    assert not stems(text) & stems("perforation")


def test_denial_ends_with_its_clause() -> None:
    assert stems("no wax, perforation in front") & stems("perforation")


def test_matches_tell_where_they_stand() -> None:
    caption = "Left eardrum: large perforation."
    found = [caption[term.start : term.end] for term in terms(caption, stems("thủng tai trái"))]
    assert "perforation" in found
    assert "large" not in found


@pytest.mark.parametrize(
    ("wanted", "caption", "expected"),
    [
        ("right nasal cavity", "Polyp ở hốc mũi phải", ["hốc mũi phải"]),
        ("perforation", "Thủng màng nhĩ trái", ["Thủng"]),
        ("perforated eardrum", "Thủng màng nhĩ trái", ["Thủng màng nhĩ"]),
        ("polyp", "không có polyp", []),
    ],
)
def test_the_longest_wanted_term_is_one_match(
    wanted: str, caption: str, expected: list[str]
) -> None:
    found = terms(caption, stems(wanted))
    assert [caption[term.start : term.end] for term in found] == expected


def test_terms_keep_their_order_and_do_not_overlap() -> None:
    found = terms("Màng nhĩ trái có lỗ thủng kích thước lớn trung tâm.")
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_coverage_is_the_share_of_known_words_and_weighs_rare_ones_more() -> None:
    index = TermIndex([["left ear", "tai trái"], ["left nose"], ["left ear perforation"]])
    wanted = stems("perforation of the left ear, xyzzy")
    assert index.known(wanted) == stems("perforation left ear")
    coverage = index.coverage(wanted)
    assert coverage[2] == pytest.approx(1)
    assert coverage[2] - coverage[0] > coverage[0] - coverage[1] > 0
    assert np.array_equal(index.coverage(stems("xyzzy")), np.zeros(3, np.float32))
