from __future__ import annotations

from dataclasses import replace

from entdemo.errors import UserError
from entdemo.inference.findings import LikelyFinding
from entdemo.inference.prediction import Neighbour, Prediction
from entdemo.locale.numbers import percent
from entdemo.taxonomy import CLASSES, region_of
from entdemo.text.query import read_query
from entdemo.ui.answer import answer, bars
from tests.helpers.ui_fakes import FakePredictor


def prediction(*values: float, known: bool = True) -> Prediction:
    """Probabilities in taxonomy order; the rest is shared by the classes left out."""
    missing = len(CLASSES) - len(values)
    rest = [(1 - sum(values)) / missing] * missing
    given = dict(zip(CLASSES, [*values, *rest], strict=True))
    best = max(given, key=given.__getitem__)
    return Prediction(best, region_of(best), given, known, (), {}, nearest=(best,) * 12)


CLEAR = prediction(0.04, 0.9)
TORN = prediction(0.4, 0.38)
FOREIGN = prediction(0.9, 0.04, known=False)


def test_the_verdict_stands_above_all_else_in_both_languages(predictor: FakePredictor) -> None:
    html = answer(TORN, predictor.gallery, "frame")
    for told in (
        "Please check", "Cần kiểm tra",
        "Probably a nose. Which side cannot be told.", "Có lẽ là mũi. Không xác định được bên nào.",
        "Compare the cases below before you decide.",
    ):  # fmt: skip
        assert told in html
    assert "This looks like the left side of a nose." in answer(CLEAR, predictor.gallery, "frame")


def test_a_refusal_says_what_was_asked_with(predictor: FakePredictor) -> None:
    for kind, told in (("frame", "look like an endoscopy"), ("text", "read like an ENT finding")):
        assert told in answer(FOREIGN, predictor.gallery, kind)


def test_bars_show_all_classes_in_taxonomy_order() -> None:
    html = bars(TORN.probabilities, "nose-right")
    places = [html.index(f'data-class="{name}"') for name in CLASSES]
    assert places == sorted(places)
    assert html.count('class="best"') == 1
    assert "40 %" in html


def test_no_bar_stands_out_where_no_class_is_stated(predictor: FakePredictor) -> None:
    torn, clear = (answer(it, predictor.gallery, "frame") for it in (TORN, CLEAR))
    assert ('class="best"' in torn, 'class="best"' in clear) == (False, True)


def test_what_is_refused_has_no_answer_and_its_nearest_cases_a_click_away(
    predictor: FakePredictor,
) -> None:
    near = predictor.similar("throat-0", 3)
    html = answer(replace(FOREIGN, neighbours=near), predictor.gallery, "frame")
    before, cases = html.split("<details", 1)
    for part in ("bars", "data-sheet-open", "data-answer", "nose, right", "a nose"):
        assert part not in html
    assert "card" not in before
    assert cases.startswith(' class="anyway"><summary>')
    assert cases.count('<li class="card"') == 3


def test_the_two_first_classes_stand_in_a_line_that_opens_to_all(
    predictor: FakePredictor,
) -> None:
    html = answer(TORN, predictor.gallery, "frame")
    line = html.split('<details class="probabilities"><summary>')[1].split("</summary>")[0]
    first, second, third = sorted(TORN.probabilities.values(), reverse=True)[:3]
    assert line.index(percent(first)) < line.index(percent(second))
    assert percent(third) not in line
    assert html.index("</summary>") < html.index('class="bars"') < html.index("</details>")


def test_small_probabilities_are_not_shown_as_zero() -> None:
    assert "&lt; 1 %" in bars(CLEAR.probabilities | {"throat": 0.004})
    assert "&gt; 99 %" in bars(CLEAR.probabilities | {"throat": 0.996})


def test_answer_marks_its_verdict_and_lists_the_cases(predictor: FakePredictor) -> None:
    near = predictor.similar("throat-0", 3)
    html = answer(replace(TORN, neighbours=near), predictor.gallery, "frame")
    assert 'class="answer check"' in html
    assert html.count('<li class="card"') == 3


def test_weak_and_folded_matches_are_marked(predictor: FakePredictor) -> None:
    near = predictor.similar("throat-0", 3)
    weak = tuple(replace(one, weak=True) for one in near)
    html = answer(replace(CLEAR, neighbours=weak), predictor.gallery, "frame")
    assert html.count("Weak match") == 3
    assert "All of these are weak matches" in html
    folded = replace(near[0], folded=("a", "b"))
    html = answer(replace(CLEAR, neighbours=(folded, weak[1])), predictor.gallery, "frame")
    assert "+2 nearly the same" in html
    assert "All of these" not in html


def test_what_to_know_of_a_frame_is_told(predictor: FakePredictor) -> None:
    notice = UserError("frame.empty")
    assert str(notice) in answer(CLEAR, predictor.gallery, "frame", notice=notice)


def test_a_description_read_in_part_says_so(predictor: FakePredictor) -> None:
    whole, part = (
        answer(replace(CLEAR, text_cut=cut), predictor.gallery, "text") for cut in (False, True)
    )
    assert "only its beginning was read" in part
    assert "only its beginning was read" not in whole


def test_findings_that_no_case_has_are_named_in_both_languages(predictor: FakePredictor) -> None:
    told = replace(CLEAR, absent_findings=("grommet", "cancer"))
    html = answer(told, predictor.gallery, "text")
    assert "The gallery has no case of this kind with: ventilation tube, cancer." in html
    assert "với dấu hiệu: ống thông khí, ung thư." in html
    assert "no case of this kind" not in answer(CLEAR, predictor.gallery, "text")
    refused = answer(replace(told, in_distribution=False), predictor.gallery, "text")
    assert "no case of this kind" not in refused


def test_findings_of_a_frame_are_told_in_both_languages(predictor: FakePredictor) -> None:
    told = replace(CLEAR, findings=(LikelyFinding("adenoid", 0.31),))
    html = answer(told, predictor.gallery, "frame")
    assert "enlarged adenoid" in html
    assert "VA quá phát" in html
    assert percent(0.31) in html
    assert "adenoid" not in answer(CLEAR, predictor.gallery, "frame")


def test_a_mended_word_is_named_and_escaped(predictor: FakePredictor) -> None:
    told = replace(CLEAR, reading=read_query("a perforaton"))
    html = answer(told, predictor.gallery, "text")
    assert "“perforaton” was read as “perforation”." in html
    assert "was read as" not in answer(CLEAR, predictor.gallery, "text")


def test_words_about_something_else_are_not_said_to_fit(predictor: FakePredictor) -> None:
    fits, misses = (
        answer(replace(CLEAR, about=about), predictor.gallery, "frame", "banana")
        for about in (True, False)
    )
    assert "Cases like it, searched with “banana”" in fits
    assert "searched with" not in misses
    assert "This does not read like an ENT finding." in misses


def test_answer_without_cases_says_so(predictor: FakePredictor) -> None:
    html = answer(CLEAR, predictor.gallery, "frame")
    assert "The gallery holds no other case." in html
    assert 'class="cards"' not in html


def test_answer_escapes_what_people_wrote(predictor: FakePredictor) -> None:
    evil = Neighbour("throat-0", 0.5, "throat", "<i>", "<script>1</script>", '"><b>', "x.jpg")
    html = answer(replace(CLEAR, neighbours=(evil,)), predictor.gallery, "frame")
    assert "<script" not in html
    assert "<b>" not in html
    assert "<i>" not in html
