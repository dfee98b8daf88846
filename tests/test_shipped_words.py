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
def test_a_normal_ear_with_words_finds_perforated_ears(predictor: Predictor, text: str) -> None:
    cases = predictor.gallery.cases
    normal = next(c for c in cases if c.region == "ear" and c.finding == "normal")
    frame = load_frame(predictor.gallery.frame_path(normal))
    alone = predictor.predict(frame).neighbours
    found = predictor.combine(frame, text, 0.5).neighbours
    assert share_of(found, "perforation") >= share_of(alone, "perforation") + 0.5
    assert np.mean([n.class_name.startswith("ear") for n in found]) > 0.9


@pytest.mark.parametrize("text", ["vocal cord nodules", "hạt dây thanh"])
def test_a_description_finds_its_finding(predictor: Predictor, text: str) -> None:
    assert share_of(predictor.search(text).neighbours, "nodule") > 0.6
