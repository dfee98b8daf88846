"""A run trains in the precision that is faster here, and goes on in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from accelerate import PartialState

from entdemo.model.network import EntClip, EntClipConfig
from entdemo.training import precision
from entdemo.training.config import TrainConfig
from entdemo.training.precision import with_precision
from tests.helpers.training import small_recipe


@pytest.fixture(scope="module")
def model() -> EntClip:
    torch.manual_seed(0)
    return EntClip(EntClipConfig("entclip-lite0-128"))


def recipe(folder: Path, wanted: str = "auto") -> TrainConfig:
    return small_recipe(folder).model_copy(update={"precision": wanted})


def resolved(config: TrainConfig, model: EntClip) -> str:
    return with_precision(config, model, PartialState(cpu=True), lambda _: None).precision


def test_a_stated_precision_stays(tmp_path: Path, model: EntClip) -> None:
    for wanted in ("no", "bf16", "fp16"):
        assert resolved(recipe(tmp_path, wanted), model) == wanted


@pytest.mark.parametrize(("bf16", "wanted"), [(0.5, "bf16"), (0.97, "no"), (2.0, "no")])
def test_the_faster_one_is_chosen_once_a_run(
    tmp_path: Path, model: EntClip, monkeypatch: pytest.MonkeyPatch, bf16: float, wanted: str
) -> None:
    monkeypatch.setattr(precision, "_seconds", lambda _, __, mixed: bf16 if mixed else 1.0)
    assert resolved(recipe(tmp_path), model) == wanted
    monkeypatch.setattr(precision, "_seconds", lambda *_: pytest.fail("measured again"))
    assert resolved(recipe(tmp_path), model) == wanted


def test_measuring_leaves_the_network_as_it_was(tmp_path: Path, model: EntClip) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert resolved(recipe(tmp_path), model) in ("no", "bf16")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
