"""Temperatures, threshold and statistics are fitted as told, and can be fitted again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.fixtures.bundle import edit_info, make_bundle
from entdemo.bundle.weights import HEAD, Calibration, load_bundle
from entdemo.errors import UserError
from entdemo.model.tensors import read_tensors
from entdemo.training import calibrate
from entdemo.training.data import FrameSet
from entdemo.training.recalibrate import recalibrate


def test_threshold_by_hand() -> None:
    """97 % of other pictures lie beyond it; frames do too only where there is no room."""
    frames = torch.cat([torch.full((998,), 1.0), torch.tensor([50.0, 60.0])])
    others = torch.cat([torch.full((2,), 2.0), torch.full((98,), 4.0)])
    assert calibrate.ood_threshold(frames, others) == 4.0
    assert calibrate.ood_threshold(frames * 8, others) == 8.0


def test_temperature_softens_what_is_too_sure() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(700) % 7
    logits = torch.nn.functional.one_hot(labels, 7) * 3.0
    wrong = torch.rand(700, generator=generator) < 0.3
    logits[wrong] = logits[wrong].roll(1, dims=1)
    sharp = calibrate.fit_temperature(4 * logits, labels)
    assert sharp == pytest.approx(4 * calibrate.fit_temperature(logits, labels), rel=0.05)
    probability = (4 * logits / sharp).softmax(1).max(1).values.mean()
    assert float(probability) == pytest.approx(0.7, abs=0.04)


def test_degraded_frames_differ_and_are_the_same_twice() -> None:
    squares = np.random.default_rng(0).integers(0, 256, (5, 40, 40, 3), dtype=np.uint8)
    before = torch.random.get_rng_state()
    worse = calibrate.degraded(squares, 32)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert (worse.shape, worse.dtype) == ((5, 32, 32, 3), np.uint8)
    np.testing.assert_array_equal(worse, calibrate.degraded(squares, 32))
    assert not np.array_equal(worse, calibrate.degraded(squares, 32, seed=1))


@pytest.mark.usefixtures("few_negatives")
def test_a_bundle_is_calibrated_again(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "weights")
    source = {"train": {"n": 14, "seed": 1}, "validation": {"n": 7, "seed": 2}}
    edit_info(folder, training={"data": source, "seed": 3})
    before = read_tensors(folder / HEAD)
    info = recalibrate(folder, tmp_path / "runs")
    after = read_tensors(folder / HEAD)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    detectors = ("ood", "deep")
    assert changed == {f"{it}.{part}" for it in detectors for part in ("means", "whitening")}
    assert info.ood.threshold != 2.0
    assert info.training["seed"] == 3
    assert load_bundle(folder).info == info  # hashes, digest and golden embeddings hold


@pytest.mark.usefixtures("few_negatives")
def test_frames_without_captions_are_calibrated_by_the_class_prompts(tmp_path: Path) -> None:
    bundle = load_bundle(make_bundle(tmp_path / "weights"))
    squares = np.random.default_rng(0).integers(0, 256, (14, 144, 144, 3), dtype=np.uint8)
    frames = FrameSet(squares, np.arange(14) % 7, np.zeros(14, np.int64), [""] * 14, [""] * 14)
    parts = bundle.model, bundle.preprocess, bundle.tokenize
    assert list(calibrate.validate(*parts, frames)) == ["accuracy_frames"]
    figures = calibrate.calibrated(*parts, frames, frames)
    assert figures["metrics"]["validation"]["caption_accuracy"] is None
    assert figures["calibration"]["text_temperature"] >= 1


def test_a_bundle_without_drawn_frames_is_refused(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "weights")
    edit_info(folder, training={"data": {"train": {"validation_share": 0.1}}})
    with pytest.raises(UserError, match="drawn frames"):
        recalibrate(folder, tmp_path / "runs")


def test_the_temperature_rises_where_distant_frames_are_named_wrong() -> None:
    """Near frames are named right with much confidence, and every second distant one wrong."""
    labels = torch.tensor([0, 2, 4, 6] * 50)
    deep = torch.where(torch.arange(200) < 100, 0.5, 1.5)
    said = torch.where((deep > 1) & (torch.arange(200) % 8 < 4), (labels + 2) % 8 % 7, labels)
    logits = 8 * torch.nn.functional.one_hot(said, 7).float()
    plain = Calibration(frame_temperature=1, text_temperature=1, unlikeness=None)
    found = calibrate.fit_unlikeness(logits, deep, labels, plain)
    rise = (1.5 / found.reference) ** found.power
    assert rise > 2
    known = calibrate.fit_unlikeness(8 * torch.eye(7)[labels], deep, labels, plain)
    assert (max(1.5 / known.reference, 1)) ** known.power == 1
