"""Classes that a description denies."""

from __future__ import annotations

import pytest

from entdemo.text.denied import excluded, said_plainly
from entdemo.text.query import read_query


@pytest.mark.parametrize(
    ("text", "plain", "gone"),
    [
        ("right ear, not left", "right ear, right", {"ear-left", "nose-left"}),
        ("ear, not the left one", "ear, right one", {"ear-left", "nose-left"}),
        ("AD, not AS", "right ear, right ear", {"ear-left"}),
        ("not a left ear", "right ear", {"ear-left"}),
        ("tai phải, không phải trái", "tai phải, phải", {"ear-left", "nose-left"}),
        ("mũi trái chứ không phải mũi phải", "mũi trái mũi trái", {"nose-right"}),
    ],
)
def test_a_denied_side_is_ruled_out_and_read_as_the_other(
    text: str, plain: str, gone: set[str]
) -> None:
    assert said_plainly(text) == plain
    assert set(excluded(text)) == gone
    assert read_query(text).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "this ear is not right",
        "something not right with the left ear",
        "perforation not left untreated",
        "tai trái, có phải không",
        "Right ear, cords not closed",
    ],
)
def test_other_denials_name_no_side(text: str) -> None:
    assert said_plainly(text) == text
    assert not set(excluded(text))


def test_a_denied_region_leaves_the_sentence_as_it_is() -> None:
    text = "right ear, not the nose"
    assert said_plainly(text) == text
    assert set(excluded(text)) == {"nose-left", "nose-right"}
