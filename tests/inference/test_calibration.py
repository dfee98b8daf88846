"""Calibration: temperatures by kind, regions from classes, doubt in the distance."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from entdemo.bundle.weights import Calibration, UnlikenessInfo
from entdemo.inference.calibration import Distances, calibrate
from entdemo.taxonomy import CLASSES, REGIONS, region_of

LOGITS = torch.tensor([[3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0] * 7])
CALIBRATION = Calibration(frame_temperature=2.0, text_temperature=4.0, unlikeness=None)


def far(low_level: float, deep: float = 0.0) -> Distances:
    return Distances(torch.full((2,), low_level), torch.full((2,), deep))


def test_confidence_falls_with_the_distance_from_the_known_frames_and_never_rises() -> None:
    rising = CALIBRATION.model_copy(update={"unlikeness": UnlikenessInfo(reference=0.5, power=2.0)})
    stated = [calibrate(LOGITS, rising, far(1.0, deep)) for deep in (0.0, 0.5, 1.0, 2.0)]
    odds = [float((it.probabilities[0, 0] / it.probabilities[0, 1]).log()) for it in stated]
    assert odds == pytest.approx([1 / 2, 1 / 2, 1 / 8, 1 / 32])
    assert [float(it.unlikeness[0]) for it in stated] == [0, 1, 2, 4]
    assert calibrate(LOGITS, rising).unlikeness.tolist() == [0, 0]
    assert calibrate(LOGITS, CALIBRATION, far(1.0, 9.0)).unlikeness.tolist() == [0, 0]


def test_frames_and_texts_have_temperatures_of_their_own() -> None:
    frames = calibrate(LOGITS, CALIBRATION, far(1.0)).probabilities
    texts = calibrate(LOGITS, CALIBRATION).probabilities
    assert frames.dtype == torch.float64
    assert float(torch.log(frames[0, 0] / frames[0, 1])) == pytest.approx(1 / 2)
    assert float(torch.log(texts[0, 0] / texts[0, 1])) == pytest.approx(1 / 4)


def test_a_region_has_the_sum_of_its_classes() -> None:
    found = calibrate(LOGITS, CALIBRATION)
    classes, regions = found.probabilities[0].numpy(), found.regions[0].numpy()
    for place, region in enumerate(REGIONS):
        own = [region_of(name) == region for name in CLASSES]
        assert regions[place] == pytest.approx(classes[own].sum())
    np.testing.assert_allclose(found.regions.sum(dim=1), 1)


def test_the_likeliest_class_may_lie_outside_the_likeliest_region() -> None:
    shares = torch.tensor([[0.3, 0.3, 0.001, 0.001, 0.001, 0.001, 0.4]])
    found = calibrate(4 * shares.log(), CALIBRATION)
    assert CLASSES[int(found.probabilities.argmax())] == "throat"
    assert REGIONS[int(found.regions.argmax())] == "nose"


def test_doubt_raises_a_frames_distance_and_texts_have_none() -> None:
    found = calibrate(LOGITS, CALIBRATION, far(2.0)).distances
    assert 2 < found[0] < found[1]
    assert float(found[1]) == pytest.approx(2 * np.exp(0.5))
    assert calibrate(LOGITS, CALIBRATION).distances.tolist() == [0, 0]
