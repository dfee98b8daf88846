"""What words do to the answers of the shipped weights and gallery."""

from __future__ import annotations

import numpy as np
import pytest

from entdemo.image.frame import load_frame
from entdemo.inference.prediction import Neighbour
from entdemo.predictor import Predictor
from entdemo.settings import Settings


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.open(Settings().weights, Settings().gallery, "cpu")


def share_of(found: tuple[Neighbour, ...], finding: str) -> float:
    return float(np.mean([neighbour.finding == finding for neighbour in found]))


@pytest.mark.parametrize("text", ["with a perforation", "có lỗ thủng"])
def test_normal_ears_with_words_find_perforated_ears(predictor: Predictor, text: str) -> None:
    cases = predictor.gallery.cases
    normal = [c for c in cases if c.region == "ear" and c.finding == "normal"][:6]
    frames = [load_frame(predictor.gallery.frame_path(case)) for case in normal]
    alone = [share_of(predictor.predict(it).neighbours, "perforation") for it in frames]
    found = [predictor.combine(it, text, 0.5).neighbours for it in frames]
    shares = [share_of(neighbours, "perforation") for neighbours in found]
    assert np.mean(shares) >= np.mean(alone) + 0.4
    ears = [n.class_name.startswith("ear") for neighbours in found for n in neighbours]
    assert np.mean(ears) > 0.9


@pytest.mark.parametrize("text", ["vocal cord nodules", "hạt dây thanh"])
def test_a_description_finds_its_finding(predictor: Predictor, text: str) -> None:
    assert share_of(predictor.search(text).neighbours, "nodule") > 0.6


@pytest.mark.parametrize(
    "text", ["ear without perforation", "tai không thủng", "eardrum not perforated"]
)
def test_cases_with_a_denied_finding_fall(predictor: Predictor, text: str) -> None:
    assert share_of(predictor.search(text).neighbours, "perforation") == 0


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("attic cholesteatoma of the left ear", ("cholesteatoma",)),
        ("ống thông khí tai phải", ("grommet",)),
        ("glottic carcinoma, cords open", ("cancer",)),
        ("otosclerosis", ("otosclerosis",)),
        ("perforated left eardrum", ()),
        ("no cholesteatoma, perforation of the left drum", ()),
    ],
)
def test_a_finding_that_no_case_has_is_told(
    predictor: Predictor, text: str, absent: tuple[str, ...]
) -> None:
    found = predictor.search(text)
    assert found.absent_findings == absent
    assert found.neighbours
    assert found.in_distribution


@pytest.mark.parametrize(
    "text", ["banana", "a", "knee arthroscopy", "viêm phổi", "🙂", "x = x + 1"]
)
def test_a_description_of_something_else_is_told(predictor: Predictor, text: str) -> None:
    found = predictor.search(text)
    assert (found.judgement.grade, found.judgement.reasons) == ("refused", ("other-topic",))


def test_a_slip_is_mended_and_named(predictor: Predictor) -> None:
    slip, clean = (predictor.search(f"left ear {word}") for word in ("perforaton", "perforation"))
    assert slip.reading is not None
    assert [tuple(it) for it in slip.reading.corrections] == [("perforaton", "perforation")]
    assert slip.neighbours == clean.neighbours


@pytest.mark.parametrize(
    "text",
    ["not a left ear", "không phải tai trái", "right ear, not left", "tai phải, không phải trái"],
)
def test_a_denied_side_leaves_the_other_one_stated(predictor: Predictor, text: str) -> None:
    found = predictor.search(text)
    assert found.judgement.class_name == "ear-right"
    assert {near.class_name for near in found.neighbours} == {"ear-right"}


def test_both_ears_are_answered_for_both_sides(predictor: Predictor) -> None:
    found = predictor.search("wax in both ears").probabilities
    assert found["ear-left"] == pytest.approx(found["ear-right"])
