from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from entdemo.errors import DataError, UserError
from entdemo.export.formats import format_of
from entdemo.export.gallery_cases import chosen_cases, handout_case
from entdemo.export.handout import Handout
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.gallery.teaching import Teaching
from tests.helpers.ui_fakes import FakeGallery, fake_gallery


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> FakeGallery:
    return fake_gallery(tmp_path_factory.mktemp("gallery"), a_class=2)


def ids(gallery: FakeGallery, *asked: object) -> list[str]:
    return [case.case_id for case in chosen_cases(gallery, *asked)]  # type: ignore[arg-type]


def test_named_cases_keep_their_order(gallery: FakeGallery) -> None:
    asked = ["throat-1", "ear-left-0", "throat-1"]
    assert ids(gallery, asked, EVERYTHING) == ["throat-1", "ear-left-0"]
    assert ids(gallery, asked, CaseFilter(regions=frozenset({"ear"}))) == ["ear-left-0"]


def test_a_draw_is_the_same_for_a_seed(gallery: FakeGallery) -> None:
    one, other = (ids(gallery, [], EVERYTHING, "", 5, seed) for seed in (1, 2))
    assert len(set(one)) == 5
    assert one == ids(gallery, [], EVERYTHING, "", 5, 1) != other
    assert len(ids(gallery, [], EVERYTHING, "", 99)) == 14


def test_words_narrow(gallery: FakeGallery) -> None:
    assert ids(gallery, [], EVERYTHING, "mui trai") == ["nose-left-0", "nose-left-1"]


def test_what_cannot_be_chosen_is_told(
    gallery: FakeGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="nobody"):
        ids(gallery, ["nobody"], EVERYTHING)
    with pytest.raises(DataError, match="No case"):
        ids(gallery, [], EVERYTHING, "elbow")
    monkeypatch.setattr("entdemo.export.gallery_cases.MOST_CASES", 3)
    with pytest.raises(DataError, match="14 cases"):
        ids(gallery, [], EVERYTHING)


def test_a_case_speaks_the_handouts_language(gallery: FakeGallery) -> None:
    case = gallery.case("ear-left-1")
    shown = handout_case(gallery, case, "vi", 100)  # type: ignore[arg-type]
    assert (shown.finding, shown.credit) == ("màng nhĩ co lõm", "drawn for tests · CC0-1.0")
    assert shown.caption == case.caption_vi
    assert Image.open(io.BytesIO(shown.jpeg)).size == (100, 75)
    bare = handout_case(gallery, case._replace(caption_vi=""), "vi", 100)  # type: ignore[arg-type]
    assert bare.caption == case.caption_en


def test_the_ending_says_which_kind_of_file() -> None:
    assert format_of(Path("a/Cases.PPTX")) == "pptx"
    with pytest.raises(DataError, match="pdf, pptx, apkg, csv, zip"):
        format_of(Path("cases.docx"))


def test_the_history_is_told_with_the_question_and_the_rest_with_the_answer(
    gallery: FakeGallery,
) -> None:
    said = Teaching("Hoarse.", "Khàn tiếng.", points_en="See the cords.", link="https://x.org")
    case = gallery.case("vc-open-0")._replace(teaching=said)
    shown = handout_case(gallery, case, "vi", 100)  # type: ignore[arg-type]
    made = Handout("vi", "Thanh quản", (shown,))
    assert made.question(shown) == ["Khàn tiếng.", "Bạn thấy gì?"]
    told = made.lines(shown)
    assert told[0] == "Khàn tiếng."
    assert told[2:] == ["Điểm cần nhớ: See the cords.", "https://x.org"]
