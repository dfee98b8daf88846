from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from entdemo.errors import UserError
from entdemo.ui.quiz import Answer, Item, Round
from entdemo.ui.quiz_difficulty import gallery_items
from entdemo.ui.quiz_sheet import COLUMNS, score_sheet, sheet_link
from entdemo.ui.quiz_tab import Quiz
from entdemo.ui.quiz_views import score, setup
from tests.helpers.ui_fakes import FakePredictor


@pytest.fixture
def quiz(predictor: FakePredictor) -> Quiz:
    made: Any = predictor
    return Quiz(made)


def current(state: Round | None) -> Item:
    assert state is not None
    assert state.current is not None
    return state.current


def test_the_setup_offers_all_regions_and_levels() -> None:
    html = setup()
    assert html.count('name="region"') == 5
    assert html.count('name="level"') == 4
    assert html.count(" checked") == 2


def test_every_case_has_a_level(predictor: FakePredictor) -> None:
    made: Any = predictor.gallery
    items = gallery_items(made)
    assert [item.case_id for item in items] == [case.case_id for case in predictor.gallery.cases]
    assert {item.level for item in items} == {"easy", "medium", "hard"}


def test_questions_differ_in_their_picture_alone(quiz: Quiz) -> None:
    pages = []
    for region in ("nose", "ear", "vocal-cords", "throat", "", ""):
        state, html = quiz.begin(None, {"region": region, "finding": "on"})
        assert current(state).case_id not in html
        pages.append(re.sub(r"data:image/jpeg;base64,[\w+/=]+", "", html))
    assert len(set(pages)) == 1
    assert 'alt="Frame to name"' in pages[0]
    assert "cases/" not in pages[0]


def test_a_wrong_answer_is_told_with_the_case_and_the_models_answer(quiz: Quiz) -> None:
    state, _ = quiz.begin(None, {"region": "ear"})
    item = current(state)
    other = "ear-left" if item.class_name == "ear-right" else "ear-right"
    state, html = quiz.answer(state, {"class": other})
    assert state is not None
    assert "Not quite: it is ear" in html
    assert "left and right are confused" in html
    assert "comes back after 3 others" in html
    assert "seen from the front" in html
    told = "a right ear" if item.class_name == "ear-right" else "a left ear"
    assert f"This looks like {told}, if the picture is upright." in html
    assert html.count('<li class="card"') == 6
    assert f'data-case="{item.case_id}"' not in html


def test_a_right_answer_with_its_finding(quiz: Quiz) -> None:
    state, _ = quiz.begin(None, {"finding": "on"})
    item = current(state)
    _, html = quiz.answer(state, {"class": item.class_name, "finding": item.finding})
    assert "Right: " in html
    assert "The finding is right too." in html


def test_a_reload_of_the_same_question_shows_it_again(quiz: Quiz) -> None:
    state, html = quiz.begin(None, {})
    assert quiz.proceed(state, {})[1] == html


def test_no_answer_is_explained(quiz: Quiz) -> None:
    state, _ = quiz.begin(None, {})
    with pytest.raises(UserError, match="one of the seven"):
        quiz.answer(state, {"class": None})


@pytest.mark.parametrize("step", ["answer", "proceed", "finish"])
def test_a_visit_that_is_over_is_explained(quiz: Quiz, step: str) -> None:
    with pytest.raises(UserError, match="over"):
        getattr(quiz, step)(None, {"class": "throat"})


def test_the_end_of_the_cases_is_the_score(quiz: Quiz) -> None:
    state, html = quiz.begin(None, {"region": "throat"})
    for _ in range(4):
        state, _ = quiz.answer(state, {"class": "throat"})
        state, html = quiz.proceed(state, {})
    assert "4 of 4 right" in html
    assert "Go on with this quiz" not in html


def test_a_case_that_was_removed_is_passed_over(quiz: Quiz, predictor: FakePredictor) -> None:
    state, _ = quiz.begin(None, {})
    gone = current(state).case_id
    cases = tuple(case for case in predictor.gallery.cases if case.case_id != gone)
    predictor.gallery = replace(predictor.gallery, cases=cases)
    state, html = quiz.proceed(state, {})
    assert current(state).case_id != gone
    assert 'data-quiz="answer"' in html


ANSWERS = (
    Answer(Item("c-1", "ear-left", "wax", "easy"), "ear-right", "wax", True),
    Answer(Item("c-2", "throat", "=1+1", "hard"), "throat", "", True),
    Answer(Item("c-1", "ear-left", "wax", "easy"), "ear-left", "", False),
)


def read(language: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(score_sheet(ANSWERS, language).decode("utf-8-sig"))))


def test_the_score_sheet_has_a_row_an_answer_in_either_language() -> None:
    rows = read("en")
    assert len(rows) == 4
    assert len(rows[0]) == len(COLUMNS)
    assert rows[1] == [
        "1", "c-1", "ear, left", "ear, right", "left/right confused", "ear wax", "ear wax",
        "Easier", "no",
    ]  # fmt: skip
    assert rows[3][-1] == "yes"
    assert read("vi")[1][2:5] == ["tai trái", "tai phải", "nhầm trái/phải"]


def test_no_cell_runs_as_a_formula() -> None:
    assert read("en")[2][5] == "'=1+1"


def test_the_link_turns_with_the_language() -> None:
    html = unescape(sheet_link(ANSWERS))
    assert 'data-i18n="href"' in html
    assert html.count("data:text/csv") == 3
    assert html.split('data-en="')[1].split('"')[0] != html.split('data-vi="')[1].split('"')[0]


def test_the_score_counts_sides_apart_and_repeats_apart(gallery: Any) -> None:
    html = score(Round(fresh=(), answers=ANSWERS), gallery)
    assert "1 of 2 right" in html
    assert "Missed cases asked again: 1 of 1 right." in html
    assert "Findings named: 1 of 1 right." in html
    rows = [row.split("</tr>")[0] for row in html.split("<tr>")[2:]]
    assert [row.count("<td>") for row in rows] == [4, 4, 4]
    assert "<td>1</td><td>0</td><td>1</td><td>0</td>" in rows[0]
    assert "<td>2</td><td>1</td><td>1</td><td>0</td>" in rows[2]


def test_nothing_answered_is_no_score(gallery: Any) -> None:
    assert "No frame was answered." in score(Round(fresh=()), gallery)
