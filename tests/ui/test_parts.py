from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from entdemo.errors import UserError
from entdemo.image.frame import frame_from_array, load_frame
from entdemo.taxonomy import CLASSES
from entdemo.ui import describe_tab, frame_tab, theme
from entdemo.ui.about_tab import about
from entdemo.ui.api import checked
from entdemo.ui.header import TABS, head, tab_list
from tests.helpers.ui_fakes import FakeGallery, FakePredictor


def test_one_example_a_class_in_taxonomy_order(gallery: FakeGallery) -> None:
    shown = [case.class_name for case in frame_tab.example_cases(gallery)]
    assert shown == list(CLASSES)


def test_a_gallery_without_a_class_has_no_example_of_it(gallery: FakeGallery) -> None:
    ears = replace(gallery, cases=tuple(c for c in gallery.cases if c.region == "ear"))
    shown = [case.class_name for case in frame_tab.example_cases(ears)]
    assert shown == ["ear-right", "ear-left"]


def test_the_query_is_shown_with_the_disc_that_was_found(gallery: FakeGallery) -> None:
    html = frame_tab.query_view(load_frame(gallery.frame_path(gallery.cases[0])))
    assert 'viewBox="0 0 320 240"' in html
    assert float(re.search(r'r="([\d.]+)"', html)[1]) == pytest.approx(112, abs=4)  # type: ignore[index]


def test_an_example_is_not_its_own_neighbour(predictor: FakePredictor) -> None:
    _, _, html = frame_tab.reply(predictor, {"case_id": "throat-0"})
    assert 'data-case="throat-0"' not in html
    assert html.count('<li class="card') == frame_tab.NEIGHBOURS


def test_what_is_refused_is_not_explained(
    predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = frame_from_array(np.full((128, 128, 3), 120, np.uint8))
    monkeypatch.setattr(frame_tab, "read_upload", lambda *_: grey)
    query, why, html = frame_tab.reply(predictor, {"path": "any", "why": True})
    assert 'class="answer refused"' in html
    assert (why, "why-map" in query) == ("", False)


def test_example_descriptions_come_in_both_languages() -> None:
    html = describe_tab.examples()
    assert 'data-en="retracted right eardrum"' in html
    assert 'data-vi="màng nhĩ phải co lõm"' in html


def test_the_head_tells_purpose_and_size(predictor: FakePredictor) -> None:
    html = head(predictor)
    assert "For teaching, not for diagnosis." in html
    assert "Chỉ để giảng dạy, không để chẩn đoán." in html
    assert "28 cases" in html
    assert "runs on CPU with the weights “default”" in about(predictor)


def test_names_from_outside_are_escaped(predictor: FakePredictor) -> None:
    assert "<img" not in about(replace(predictor, bundle_name="<img src=x>"))


def test_the_first_screen_is_answered_once_for_all_visitors(predictor: FakePredictor) -> None:
    screen = frame_tab.FirstScreen(predictor)
    query, _, html = screen.reply()
    assert 'class="answer trust"' in html
    assert 'data-of="nose-right-0"' in query
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictor, "fail", True)
        assert screen.reply()[2] == html


def test_each_tab_names_its_panel() -> None:
    html = tab_list()
    assert html.count('role="tab"') == len(TABS)
    assert 'aria-controls="panel-describe"' in html
    assert html.count('aria-selected="true"') == 1


@pytest.mark.parametrize("k", [0, 51, -1, 2.5, "3", True, None])
def test_programs_may_ask_for_1_to_50_cases(k: Any) -> None:
    with pytest.raises(UserError, match="from 1 to 50"):
        checked(k)
    assert checked(50) == 50


def test_style_and_script_name_no_other_site() -> None:
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", theme.head()) == []
    assert "fonts.googleapis" not in theme.theme()._get_theme_css()
    assert theme.theme()._stylesheets == []
