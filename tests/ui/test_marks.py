from __future__ import annotations

from entdemo.text.terms import stems
from entdemo.ui.marks import marked, marked_spans


def test_words_of_the_query_are_marked_whatever_its_language() -> None:
    html = marked_spans("Left eardrum, perforated.", "Thủng màng nhĩ trái.", stems("thủng nhĩ"))
    assert "<mark>perforated</mark>" in html
    assert "<mark>Thủng" in html
    assert "<mark>Left</mark>" not in html


def test_text_around_and_inside_marks_is_escaped() -> None:
    assert marked("<i> polyp & more", stems("polyp")) == "&lt;i&gt; <mark>polyp</mark> &amp; more"


def test_without_a_query_nothing_is_marked() -> None:
    assert marked("polyp", frozenset()) == "polyp"


def test_letters_and_marks_typed_apart_are_matched() -> None:
    apart = "thu\u0309ng ma\u0300ng nhi\u0303"
    assert marked(apart, stems("thủng")).startswith("<mark>thủng")
