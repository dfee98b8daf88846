"""The benchmark of framing styles."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import styles
from entdemo.phantom.lens import STYLES
from entdemo.taxonomy import REGIONS
from tests.helpers.evaluation_fakes import fake_encoder

pytestmark = pytest.mark.usefixtures("colour_alone")


def test_regions_take_turns_and_all_their_classes_come() -> None:
    regions = [region for region, _ in styles.region_frames("disc", 8)]
    assert regions == [0, 1, 2, 3] * 2


def test_figures_by_hand() -> None:
    truth, found = np.array([0, 0, 1, 1, 2, 3]), np.array([0, 1, 1, 1, 2, 2])
    measured = styles.figures(truth, found)
    assert measured[REGIONS[0]] == {"recall": 0.5, "precision": 1.0}
    assert measured[REGIONS[1]] == {"recall": 1.0, "precision": pytest.approx(2 / 3)}
    assert measured[REGIONS[3]] == {"recall": 0.0, "precision": None}


def test_it_prints_every_style(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(styles, "open_encoder", lambda *_: fake_encoder())
    styles.main(n=8, weights="weights", json=True)
    assert list(json.loads(capsys.readouterr().out)["styles"]) == list(STYLES)
    styles.main(n=8, weights="weights", json=False)
    assert "closeup" in capsys.readouterr().out
