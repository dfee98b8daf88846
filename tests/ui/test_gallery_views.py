from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from entdemo.errors import UserError
from entdemo.gallery.projection import Projection
from entdemo.taxonomy import CLASSES, LABELS
from entdemo.ui import theme
from entdemo.ui.gallery_tab import listing, marks, view_switch, wanted
from entdemo.ui.gallery_tab_form import progress_bar, shown_folder
from entdemo.ui.gallery_tab_views import PAGE, filters, page_of_cases
from entdemo.ui.map_view import PAUSE_S, SHAPES, Maps, map_view
from tests.helpers.ui_fakes import FakeGallery


@pytest.fixture
def cases(gallery: FakeGallery) -> Any:
    return gallery


def test_filters_offer_what_the_gallery_holds(gallery: FakeGallery) -> None:
    own = gallery.cases[0]._replace(finding="a scar", source="<own>")
    html = filters([*gallery.cases, own], own=False)
    assert html.count("<select") == 4
    assert 'value="ear/perforation" data-region="ear"' in html
    assert 'label="Perforated eardrum"' in html
    assert 'data-vi="Thủng màng nhĩ"' in html
    assert 'value="ear/hyphae"' not in html
    assert ">a scar<" in html
    assert "<own>" not in html
    assert 'name="own"' not in html
    assert 'name="own"' in filters(gallery.cases, own=True)


def test_a_page_of_cases_says_how_many_fit(gallery: FakeGallery) -> None:
    html = page_of_cases(gallery.cases, 1840, 1, ())
    assert "28 of 1,840 cases" in html
    assert "28/1.840 ca" in html
    assert html.count('<li class="card"') == PAGE
    assert "Page 1 of 2" in html
    assert 'data-page="0" disabled' in html
    assert 'data-page="2">' in html


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (2, 2), (99, 2)])
def test_a_page_out_of_range_is_the_nearest(gallery: FakeGallery, asked: int, shown: int) -> None:
    assert f"Page {shown} of 2" in page_of_cases(gallery.cases, 28, asked, ())


def test_no_case_is_explained_and_one_page_needs_no_pager(gallery: FakeGallery) -> None:
    assert "No case fits." in page_of_cases([], 28, 1, ())
    assert "pager" not in page_of_cases(gallery.cases[:3], 28, 1, ())


def test_only_own_cases_can_be_removed(gallery: FakeGallery) -> None:
    first = gallery.cases[0].case_id
    html = page_of_cases(gallery.cases[:3], 28, 1, {first})
    assert re.findall(r'data-remove="([^"]+)"', html) == [first]


def test_the_form_chooses_cases(cases: Any) -> None:
    assert len(wanted(cases, {}, None)) == 28
    assert {case.region for case in wanted(cases, {"region": "ear"}, None)} == {"ear"}
    assert len(wanted(cases, {"class": "throat", "text": "front"}, None)) == 4
    assert len(wanted(cases, {"finding": "ear/perforation"}, None)) == 2
    assert wanted(cases, {"source": "elsewhere"}, None) == []
    assert [case.case_id for case in wanted(cases, {}, {"throat-0"})] == ["throat-0"]
    with pytest.raises(UserError):
        wanted(cases, {"class": "knee"}, None)


@pytest.mark.parametrize("page", [None, "2", 2.5, [1]])
def test_a_page_that_is_no_number_is_the_first(cases: Any, page: object) -> None:
    assert "Page 1 of 2" in listing(cases, {"page": page}, frozenset())


def test_a_narrowed_listing_names_its_marks_on_the_map(cases: Any) -> None:
    html = listing(cases, {"class": "nose-left"}, frozenset())
    assert json.loads(re.search(r'value="(\[[^"]+\])"', html)[1]) == [4, 5, 6, 7]  # type: ignore[index]
    assert "matches" not in listing(cases, {}, frozenset())
    assert marks(cases, list(cases.cases[-1:])) == [27]


def test_the_views_are_cards_map_and_own_cases_where_those_may_be() -> None:
    assert view_switch(edit=False).count("data-view") == 2
    assert view_switch(edit=True).count("data-view") == 3


def on_a_line(count: int) -> Projection:
    points = np.stack([np.linspace(0, 1, count), np.full(count, 0.5)], axis=1)
    return Projection(np.arange(count), points.astype(np.float32))


def test_the_map_carries_its_points_and_a_legend(cases: Any) -> None:
    html = map_view(cases, on_a_line(28))
    data = json.loads(unescape(re.search(r"data-points='([^']+)'", html)[1]))  # type: ignore[index]
    assert [entry["name"] for entry in data["classes"]] == list(LABELS)
    assert len(data["points"]) == 28
    case_id, kind, finding, x, y, origin = data["points"][-1]
    assert data["origins"][origin]["en"] == "drawn for tests · CC0-1.0"
    assert (case_id, kind, x, y) == ("throat-3", 6, 1000, 500)
    assert data["findings"][finding]["en"] == "red throat"
    assert html.count("data-legend") == 7
    assert "The map shows" not in html


def test_a_map_of_part_of_the_cases_says_so(cases: Any) -> None:
    assert "The map shows 5 of 28 cases." in map_view(cases, on_a_line(5))


def test_words_of_people_cannot_leave_the_attribute(gallery: FakeGallery) -> None:
    evil: Any = replace(gallery, cases=(gallery.cases[0]._replace(finding="'><img src=x>"),))
    html = map_view(evil, on_a_line(1))
    assert "<img" not in html
    assert html.count("'") == 2


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entdemo.ui.map_view.PAUSE_S", 0.0)


def test_a_gallery_that_changes_often_has_a_new_map_from_time_to_time(
    cases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(
        "entdemo.ui.map_view.gallery_map",
        lambda gallery, **_: made.append(gallery) or on_a_line(28),
    )
    now = [0.0]
    maps, changed = Maps(lambda: now[0]), [replace(cases) for _ in range(3)]
    maps.of(cases)
    for gallery in changed:
        assert maps.of(gallery).points.shape == (28, 2)
    assert made == [cases]
    now[0] = PAUSE_S
    maps.begin(changed[-1])[1].result()
    assert made == [cases, changed[-1]]


@pytest.mark.usefixtures("hurried")
def test_the_map_is_made_once_for_each_gallery(cases: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr(
        "entdemo.ui.map_view.gallery_map",
        lambda gallery, **_: made.append(gallery) or on_a_line(28),
    )
    maps, other = Maps(), replace(cases)
    assert maps.of(cases) is maps.of(cases)
    assert maps.of(other).points.shape == (28, 2)
    maps.begin(other)[1].result()
    assert made == [cases, other]


@pytest.mark.usefixtures("hurried")
def test_after_a_change_the_last_map_serves_until_the_new_one_is_made(
    cases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = threading.Event()
    grown = replace(cases, cases=(*cases.cases[1:], cases.cases[0]._replace(case_id="new")))

    def slow(gallery: Any, **_: Any) -> Projection:
        if gallery is grown:
            wait.wait(10)
        return on_a_line(28)

    monkeypatch.setattr("entdemo.ui.map_view.gallery_map", slow)
    maps = Maps()
    before = maps.of(cases)
    carried = maps.of(grown)
    np.testing.assert_array_equal(carried.points[:27], before.points[1:])
    nearest = int((grown.vectors[:27] @ grown.vectors[27]).argmax())
    np.testing.assert_array_equal(carried.points[27], carried.points[nearest])
    wait.set()
    made = maps.begin(grown)[1].result()
    assert maps.of(grown) is made


def test_each_label_has_a_shape_of_its_own() -> None:
    assert set(SHAPES) == set(LABELS)
    assert len(set(SHAPES.values())) == len(LABELS)


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("block", "ground"), [(0, "#ffffff"), (1, "#182120")])
def test_marks_stand_out_from_the_ground_in_both_themes(block: int, ground: str) -> None:
    css = (Path(theme.__file__).parent / "static" / "map.css").read_text()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css.split("}")[block]))
    assert set(colours) == set(CLASSES)
    for colour in colours.values():
        darker, lighter = sorted((luminance(colour), luminance(ground)))
        assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_progress_counts_reading_then_computing() -> None:
    assert "Reading" in progress_bar(2, None, 5)
    assert "2 / 5" in progress_bar(2, None, 5)
    assert "Finding their places" in progress_bar(5, 5, 5)


def test_a_folder_of_a_persons_home_is_named_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "ann")
    assert shown_folder(tmp_path / "ann" / "cases") == str(Path("~") / "cases")
    assert shown_folder(tmp_path / "cases") == str(tmp_path / "cases")
