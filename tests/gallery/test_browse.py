from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entdemo.gallery.browse import browse, mixed, plain
from entdemo.gallery.cases import Case
from entdemo.gallery.filters import CaseFilter
from entdemo.taxonomy import DRAWN_SOURCE

CASES = [
    Case(
        "c-1", "frames/1.jpg", "ear-left", "perforation", "A hole in the drum.", "Thủng màng nhĩ."
    ),
    Case("c-2", "frames/2.jpg", "nose-right", "polyp", "Pale polyp (right)", "Polyp mũi đục"),
    Case("c-3", "frames/3.jpg", "throat", "a scar", "", "", source="own"),
]


def ids(text: str = "", **where: frozenset[str]) -> list[str]:
    return [case.case_id for case in browse(CASES, CaseFilter(**where), text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["c-1", "c-2", "c-3"]),
        ("hole", ["c-1"]),
        ("HOLE drum", ["c-1"]),
        ("hole polyp", []),
        ("thung mang nhi", ["c-1"]),
        ("thủng", ["c-1"]),
        ("ĐỤC", ["c-2"]),
        ("right", ["c-2"]),
        ("perforated", ["c-1"]),
        ("scar", ["c-3"]),
        ("họng", ["c-3"]),
        ("c-2", ["c-2"]),
        ("ole", []),
        ("poly", ["c-2"]),
    ],
)
def test_each_word_must_begin_a_word_of_the_case(text: str, found: list[str]) -> None:
    assert ids(text) == found


def test_filter_and_words_both_count() -> None:
    assert ids("", regions=frozenset({"ear"})) == ["c-1"]
    assert ids("", sources=frozenset({"own"})) == ["c-3"]
    assert ids("polyp", classes=frozenset({"nose-right"})) == ["c-2"]
    assert ids("polyp", regions=frozenset({"ear"})) == []


@given(st.text(max_size=30))
def test_any_text_is_taken(text: str) -> None:
    assert set(ids(text)) <= {"c-1", "c-2", "c-3"}
    assert plain(plain(text)) == plain(text)


def test_mixed_cases_show_each_class_and_finding_before_any_again_and_real_ones_first() -> None:
    def case(name: str, finding: str, of: str = "throat", source: str = DRAWN_SOURCE) -> Case:
        return Case(name, f"frames/{name}.jpg", of, finding, source=source)

    given = [case("a", "red"), case("b", "red"), case("c", "pale")]
    given += [case("d", "wax", "ear-left"), case("e", "red", source="a clinic")]
    assert [it.case_id for it in mixed(given)] == ["e", "a", "d", "c", "b"]
