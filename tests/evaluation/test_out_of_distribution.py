"""The benchmark of refusals: its pictures and its arithmetic."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import out_of_distribution as ood
from benchmarks.strangers import KINDS, strangers
from entdemo.image.frame import frame_from_array
from entdemo.training import ood_negatives
from tests.helpers.evaluation_fakes import fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")


@pytest.mark.parametrize("kind", KINDS)
def test_strangers_can_be_uploaded_and_are_the_same_twice(kind: str) -> None:
    pictures = strangers(kind, 4)
    for picture, again in zip(pictures, strangers(kind, 4), strict=True):
        np.testing.assert_array_equal(picture, again)
        assert frame_from_array(picture).square(32).shape == (32, 32, 3)
    assert not np.array_equal(pictures[0], strangers(kind, 1, seed=1)[0])


@pytest.mark.parametrize("kind", ood_negatives.KINDS)
def test_negatives_can_be_uploaded(kind: str) -> None:
    pictures = ood_negatives.ood_negatives(kind, 6)
    assert all(frame_from_array(picture).square(32).any() for picture in pictures)
    corners = [picture[0, 0].tolist() for picture in pictures]
    assert corners[0] == corners[5] == [0, 0, 0]  # behind a disc


def test_calibrated_and_reported_photographs_differ() -> None:
    calibrated = {picture.tobytes() for picture in ood_negatives.ood_negatives("photographs", 30)}
    assert not calibrated & {picture.tobytes() for picture in strangers("photographs", 30)}


def test_figures_by_hand() -> None:
    inside = {
        "drawn frames": np.array([1.0, 2.0], np.float32),
        "real frames": np.array([3.0, 5.0], np.float32),
    }
    outside = {"noise": np.array([4.0, 6.0], np.float32), "pages": np.array([9.0], np.float32)}
    found = ood.compare(inside, outside, threshold=4.0)
    assert found["refused"] == {"drawn frames": 0.0, "real frames": 0.5}
    assert found["kinds"]["noise"]["accepted"] == 0.5  # the threshold itself is let pass
    assert found["kinds"]["noise"]["auroc"] == {
        "drawn frames": 1.0,
        "real frames": 0.75,
        "all frames": 0.875,
    }
    assert found["kinds"]["in total"]["n"] == 3


def test_it_prints_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_frame(tmp_path / "ear" / "a.png", "ear-left", 0)
    monkeypatch.setattr(ood, "open_encoder", lambda *_: fake_encoder())
    ood.main(real=tmp_path, n=7, each=2, weights="weights", json=True)
    found = json.loads(capsys.readouterr().out)
    assert list(found["refused"]) == ["drawn frames", "real: ear", "real frames"]
    assert set(found["kinds"]) == {*KINDS, "in total"}
    ood.main(real=None, n=7, each=2, weights="weights", json=False)
    assert "screenshots" in capsys.readouterr().out
