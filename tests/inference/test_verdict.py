"""What is stated of a query, and which evidence takes the trust away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entdemo.inference.spoken import advice, grade_name, headline
from entdemo.inference.verdict import Evidence, judge, judgement_json
from entdemo.locale import LANGUAGES
from entdemo.taxonomy import CLASSES


def evidence(nearest: tuple[str, ...] = (), **shares: float) -> Evidence:
    """Probabilities by class, the rest to the others in equal parts; cases of the best class."""
    given = {name.replace("_", "-"): share for name, share in shares.items()}
    rest = (1 - sum(given.values())) / (len(CLASSES) - len(given))
    probabilities = {name: given.get(name, rest) for name in CLASSES}
    best = max(probabilities, key=probabilities.__getitem__)
    return Evidence(probabilities, nearest or (best,) * 12, 0.5, 0.5, True, about=True)


SURE = evidence(ear_right=0.95)
HALF = (*("throat",) * 7, *("ear-right",) * 5)
SPLIT = (*("ear-left",) * 7, *("ear-right",) * 5)


def test_all_evidence_together_earns_trust() -> None:
    judged = judge(SURE)
    assert (judged.grade, judged.reasons) == ("trust", ())
    assert (judged.region, judged.class_name) == ("ear", "ear-right")


@pytest.mark.parametrize(
    ("weaker", "reason"),
    [
        (evidence(ear_right=0.8), "region-unsure"),
        (replace(SURE, named=False), "few-words"),
        (replace(SURE, several=True), "several-regions"),
        (replace(SURE, unlikeness=1.1), "unlike-known"),
        (replace(SURE, strangeness=0.9), "unlike-known"),
        (replace(SURE, nearest=HALF), "cases-disagree"),
        (replace(SURE, nearest=()), "no-cases"),
    ],
)
def test_each_kind_of_evidence_can_take_the_trust_away(weaker: Evidence, reason: str) -> None:
    judged = judge(weaker)
    assert (judged.grade, judged.reasons, judged.region) == ("check", (reason,), "ear")
    assert len({advice(judged, language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    "torn", [evidence(ear_right=0.6, ear_left=0.35), replace(SURE, nearest=SPLIT)]
)
def test_a_side_needs_its_own_support_and_the_region_keeps_its_trust(torn: Evidence) -> None:
    judged = judge(torn)
    assert (judged.grade, judged.region, judged.class_name) == ("trust", "ear", None)


def test_the_side_of_a_picture_that_may_be_turned_is_not_stated() -> None:
    judged = judge(replace(SURE, turned=1.0))
    assert (judged.grade, judged.reasons) == ("check", ("maybe-turned",))
    assert (judged.region, judged.class_name) == ("ear", None)
    assert judge(replace(SURE, turned=0.6)).class_name == "ear-right"
    assert "turned" in advice(judged, "en")
    assert "xoay" in advice(judged, "vi")


def test_without_a_probable_region_the_possible_ones_are_named() -> None:
    judged = judge(evidence(throat=0.45, vc_open=0.3))
    assert (judged.grade, judged.region, judged.class_name) == ("check", None, None)
    assert judged.possible[:2] == ("throat", "vocal-cords")


def test_what_is_refused_states_nothing() -> None:
    for about, reason in ((True, "unlike-endoscopy"), (False, "other-topic")):
        judged = judge(replace(SURE, in_distribution=False, about=about))
        assert judgement_json(judged) == {
            "verdict": "refused",
            "reasons": [reason],
            "stated": {"region": None, "class": None},
        }


@pytest.mark.parametrize(
    ("given", "english", "vietnamese"),
    [
        (
            SURE,
            "This looks like a right ear, if the picture is upright.",
            "Khung hình này cho thấy tai phải, nếu ảnh không bị xoay.",
        ),
        (evidence(nose_right=0.8), "Probably the right side of a nose.", "Có lẽ là mũi phải."),
        (
            evidence(nose_right=0.4, nose_left=0.4),
            "Probably a nose. Which side cannot be told.",
            "Có lẽ là mũi. Không xác định được bên nào.",
        ),
        (
            evidence(vc_open=0.5, vc_closed=0.45),
            "This looks like vocal cords. Whether they are open or closed cannot be told.",
            "Khung hình này cho thấy dây thanh. Không xác định được đang mở hay khép.",
        ),
        (
            evidence(throat=0.48, vc_open=0.48),
            "This could be a throat or vocal cords.",
            "Có thể là họng hoặc dây thanh.",
        ),
        (
            replace(SURE, in_distribution=False),
            "This does not look like an endoscopy frame.",
            "Ảnh này không giống khung hình nội soi.",
        ),
    ],
)
def test_the_headline_says_what_is_stated(given: Evidence, english: str, vietnamese: str) -> None:
    judged = judge(given)
    if judged.region is None and judged.possible:
        judged = replace(judged, possible=("throat", "vocal-cords"))
    assert headline(judged, "frame", "en") == english
    assert headline(judged, "frame", "vi") == vietnamese


def test_a_description_is_spoken_of_as_one() -> None:
    assert headline(judge(SURE), "text", "en") == "This describes a right ear."
    both = judge(evidence(ear_right=0.48, ear_left=0.48))
    assert (
        headline(both, "text", "en") == "This describes an ear. The words do not tell which side."
    )


def test_both_sides_are_spoken_of_where_both_are_meant() -> None:
    judged = judge(replace(SURE, both_sides=True))
    assert (judged.region, judged.class_name) == ("ear", None)
    assert headline(judged, "text", "en") == "This describes both ears."
    assert headline(judged, "text", "vi") == "Mô tả này nói về tai hai bên."


def test_a_state_that_no_word_tells_is_not_stated() -> None:
    sure = evidence(vc_open=0.95)
    assert judge(sure).class_name == "vc-open"
    assert judge(replace(sure, tells_state=False)).class_name is None


def test_every_doubt_is_told_in_both_languages() -> None:
    doubtful = replace(evidence(ear_right=0.6, throat=0.3), unlikeness=2.0, nearest=HALF)
    told = advice(judge(doubtful), "en")
    for part in ("could also be a throat", "unlike the frames", "nearest cases show", "Compare"):
        assert part in told
    grades = {grade_name(judge(it), code) for it in (SURE, doubtful) for code in LANGUAGES}
    assert len(grades) == 4
    assert advice(judge(doubtful), "vi") != told
