"""What the page makes of cases whose side is not stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.gallery.build import build_gallery
from entdemo.gallery.projection import Projection
from entdemo.gallery.store import Gallery
from entdemo.ui.filters import panel
from entdemo.ui.gallery_tab_intake import handed_in
from entdemo.ui.gallery_tab_views import case_card, filters
from entdemo.ui.map_view import map_view
from entdemo.ui.quiz_difficulty import gallery_items

EAR = 3


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    items = new_cases(14)
    items[EAR] = replace(items[EAR], class_name="ear")
    return build_gallery(tmp_path_factory.mktemp("gallery") / "mine", items, EMBEDDER)


def test_a_card_says_what_is_not_stated(gallery: Gallery) -> None:
    html = case_card(gallery.cases[EAR], removable=False)
    assert "Ear, side not stated" in html
    assert "Tai, chưa rõ bên" in html


def test_such_cases_can_be_chosen_where_there_are_some(gallery: Gallery) -> None:
    assert '<option value="ear" data-region="ear"' in filters(gallery.cases, own=True)
    assert '<option value="nose" data-region' not in filters(gallery.cases, own=True)
    assert 'name="classes" value="ear"' in panel(gallery.cases, "frame")


def test_the_quiz_asks_only_what_is_stated(gallery: Gallery) -> None:
    asked = {item.case_id for item in gallery_items(gallery)}
    assert asked == {case.case_id for case in gallery.cases} - {gallery.cases[EAR].case_id}


def test_the_map_shows_and_names_them(gallery: Gallery) -> None:
    rows = np.arange(len(gallery.cases))
    made: Any = Projection(rows, np.zeros((len(rows), 2), np.float32))
    assert map_view(gallery, made).count("data-legend") == 8


def test_the_form_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entdemo.ui.gallery_tab_intake.move_upload", lambda _, target: target)
    file = {"path": "x", "name": "a.jpg", "class": "ear", "finding": "Ear wax"}
    with handed_in({"files": [file]}) as cases:
        assert (cases[0].class_name, cases[0].finding) == ("ear", "wax")
