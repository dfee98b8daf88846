from __future__ import annotations

from typing import Any

import pytest

from entdemo.errors import UserError
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.ui.describe_tab import reply as describe
from entdemo.ui.filters import panel, read_filter
from entdemo.ui.frame_tab import read_share
from entdemo.ui.frame_tab import reply as look
from tests.helpers.ui_fakes import FakeGallery, FakePredictor


def test_the_page_says_which_cases_may_be_found() -> None:
    said = {"regions": ["ear"], "classes": [], "findings": ["ear/wax"], "sources": [], "min": 0.4}
    assert read_filter(said) == CaseFilter(
        frozenset({"ear"}), findings=frozenset({"ear/wax"}), min_similarity=0.4
    )


@pytest.mark.parametrize("said", [None, {}, {"min": 0, "regions": []}])
def test_no_filter_allows_everything(said: Any) -> None:
    assert read_filter(said) == EVERYTHING


@pytest.mark.parametrize(
    "said",
    [
        "ear",
        [],
        {"regions": "ear"},
        {"regions": [1]},
        {"regions": ["elbow"]},
        {"sources": ["x"] * 500},
        {"min": "0.5"},
        {"min": True},
        {"min": 7},
        {"min": float("nan")},
    ],
)
def test_anything_else_is_refused(said: Any) -> None:
    with pytest.raises(UserError):
        read_filter(said)


@pytest.mark.parametrize("share", [None, "0.5", True, [1]])
def test_a_share_is_a_number(share: Any) -> None:
    with pytest.raises(UserError):
        read_share(share)


def test_panel_offers_what_the_gallery_holds(gallery: FakeGallery) -> None:
    html = panel(gallery.cases, "frame")
    for name in ("regions", "classes", "findings", "sources", "min"):
        assert f'name="{name}"' in html
    assert 'value="nose/deviation"' in html
    assert "Septal deviation" in html
    assert "Vẹo vách ngăn" in html
    assert "exudate" not in html  # a finding that no case has


def test_panel_escapes_sources_and_leaves_out_what_nobody_wrote(gallery: FakeGallery) -> None:
    case = gallery.cases[0]._replace(source='"><b>', finding="<i>")
    assert "<b>" not in panel([case], "frame")
    assert "<i>" not in panel([case], "frame")
    assert 'name="sources"' not in panel([case._replace(source="")], "frame")


def test_filtered_answers_hold_what_was_asked_for(predictor: FakePredictor) -> None:
    ears = {"regions": ["ear"]}
    _, _, html = look(predictor, {"case_id": "throat-0", "filter": ears})
    assert html.count('<li class="card') == 8
    assert 'data-case="throat' not in html
    assert 'data-case="ear' in describe(predictor, {"text": "throat", "filter": ears})


def test_filters_that_leave_nothing_are_named(predictor: FakePredictor) -> None:
    html = describe(predictor, {"text": "throat", "filter": {"min": 1}})
    assert "No case passes the filters." in html


def test_words_beside_a_frame_are_named_and_marked(predictor: FakePredictor) -> None:
    data = {"case_id": "ear-left-0", "words": "a perforation <b>", "share": 0.6}
    _, _, html = look(predictor, data)
    assert "searched with “a perforation &lt;b&gt;”" in html
    assert "<mark>perforated</mark>" in html
    first = html.index('<li class="card')
    assert "<mark>" in html[first : html.index("</li>", first)]


def test_a_frame_is_explained_only_when_asked(predictor: FakePredictor) -> None:
    query, why, _ = look(predictor, {"case_id": "ear-left-0"})
    assert why == ""
    assert "why-map" not in query
    query, why, _ = look(predictor, {"case_id": "ear-left-0", "why": True})
    assert 'class="why-map"' in query
    assert "does not point at a finding" in why
