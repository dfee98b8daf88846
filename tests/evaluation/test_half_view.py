"""The benchmark that shows half a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import half_view
from entdemo.errors import UserError
from entdemo.taxonomy import CLASSES
from tests.helpers.evaluation_fakes import fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")


def test_each_view_keeps_its_half() -> None:
    squares = np.random.default_rng(0).integers(1, 255, (2, 6, 6, 3), dtype=np.uint8)
    shown = dict(half_view.views(squares))
    assert list(shown) == ["whole frame", "left half", "right half", "upper half", "lower half"]
    np.testing.assert_array_equal(shown["whole frame"], squares)
    np.testing.assert_array_equal(shown["left half"][:, :, :3], squares[:, :, :3])
    assert not shown["left half"][:, :, 3:].any()
    np.testing.assert_array_equal(shown["left half"] + shown["right half"], squares)
    np.testing.assert_array_equal(shown["upper half"][:, :3], squares[:, :3])
    assert not shown["upper half"][:, 3:].any()
    np.testing.assert_array_equal(shown["upper half"] + shown["lower half"], squares)


def test_row_by_hand() -> None:
    """One of two right noses is taken for a left one, one of three larynges for the other state."""
    truth = np.array([0, 0, 2, 4, 4, 5, 5])
    predicted = np.array([0, 1, 6, 4, 4, 4, 6])
    assert half_view.row("x", truth, predicted) == ("x", "0.429", "0.500", "–", "0.333")


def test_it_prints_every_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(CLASSES):
        save_frame(tmp_path / name / "a.png", name, number)
    monkeypatch.setattr(half_view, "open_encoder", lambda *_: fake_encoder())
    half_view.main(tmp_path, "weights")
    text = capsys.readouterr().out
    assert "7 frames" in text
    assert text.count("half") == 4


def test_frames_without_class_are_refused(tmp_path: Path) -> None:
    save_frame(tmp_path / "ear" / "a.png", "ear-left", 0)
    with pytest.raises(UserError):
        half_view.with_class(tmp_path)
