from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from entdemo.errors import UserError
from entdemo.gallery.teaching import Teaching
from entdemo.image.frame import load_frame
from entdemo.image.jpeg import encode_jpeg
from entdemo.taxonomy import DRAWN_SOURCE, finding_names
from entdemo.ui.cases import card, case_picture, sheet
from entdemo.ui.gallery_tab_views import case_button
from entdemo.ui.pictures import picture_url, query_picture
from entdemo.ui.viewer import similar
from tests.helpers.ui_fakes import FakeGallery, FakePredictor


def test_card_carries_picture_words_number_and_sheet(predictor: FakePredictor) -> None:
    near = replace(predictor.similar("ear-left-0", 1)[0], similarity=0.934)
    html = card(near, predictor.gallery)
    assert f'src="cases/small/{near.case_id}"' in html
    assert "0.93" in html
    assert "0,93" in html
    assert near.caption_vi in html
    assert "Find similar" in unescape(html)


def test_picture_has_words_in_both_languages_and_a_fixed_size() -> None:
    html = case_picture("a", "ear-left", "perforation", "small")
    assert 'alt="ear, left: perforated eardrum"' in html
    assert 'data-vi="tai trái: thủng màng nhĩ"' in html
    assert 'width="320" height="320"' in html


def test_picture_without_finding_names_the_class_alone() -> None:
    assert 'alt="throat"' in case_picture("a", "throat", "", "small")


def test_findings_of_ones_own_stay_as_written() -> None:
    assert finding_names("throat", "scar") == {"en": "scar", "vi": "scar"}


def test_sheet_shows_source_and_licence_but_never_the_group(gallery: FakeGallery) -> None:
    case = gallery.cases[0]._replace(group="examination 7", source="<u>", licence="CC0-1.0")
    html = sheet(case)
    assert "CC0-1.0" in html
    assert "&lt;u&gt;" in html
    assert "examination 7" not in html


def test_sheet_leaves_out_what_is_empty(gallery: FakeGallery) -> None:
    html = sheet(gallery.cases[0]._replace(source="", licence=""))
    assert '<dt><span lang="en">Source<' not in html
    assert "Licence" not in html
    assert "Source not stated" in html


def test_every_picture_says_that_it_is_drawn_or_where_it_is_from(gallery: FakeGallery) -> None:
    drawn = gallery.cases[0]._replace(source=DRAWN_SOURCE)
    held = FakeGallery(gallery.folder, (drawn, *gallery.cases[1:]))
    predictor = FakePredictor(held)
    cards = [card(near, held) for near in predictor.similar("throat-0", 24)]
    for html in (*cards, *map(case_button, held.cases), *map(sheet, held.cases)):
        told = "Drawn, not a patient" if drawn.case_id in html else "drawn for tests · CC0-1.0"
        assert f'<span class="origin"><span lang="en">{told}</span>' in html


def test_similar_cases_leave_the_case_out(predictor: FakePredictor) -> None:
    html = similar(predictor, "throat-1")
    assert 'data-case="throat-0"' in html
    assert 'data-case="throat-1"' not in html


def test_similar_to_an_unknown_case_is_a_users_error(predictor: FakePredictor) -> None:
    with pytest.raises(UserError):
        similar(predictor, "nobody")


def test_picture_address_keeps_odd_ids_inside_one_path_segment() -> None:
    assert picture_url("../a b", "small") == "cases/small/..%2Fa%20b"


def test_pictures_are_small_and_without_metadata(gallery: FakeGallery) -> None:
    frame = load_frame(gallery.frame_path(gallery.cases[0]))
    data = encode_jpeg(frame.rgb, 100)
    assert b"Exif" not in data
    assert max(load_frame(data).rgb.shape) == 100
    assert query_picture(frame).startswith("data:image/jpeg;base64,")


def test_what_is_taught_is_told_in_both_languages_and_as_text(gallery: FakeGallery) -> None:
    said = Teaching(
        history_en="<i>Hoarse</i>", points_vi="Nhìn dây thanh", link="https://x.org/?a&b"
    )
    html = sheet(gallery.cases[0]._replace(teaching=said))
    assert '<span lang="vi">&lt;i&gt;Hoarse&lt;/i&gt;</span>' in html
    assert '<span lang="en">Nhìn dây thanh</span>' in html
    assert 'href="https://x.org/?a&amp;b" rel="noopener noreferrer"' in html
    assert "Teaching points" in html
    assert "Differential" not in html
