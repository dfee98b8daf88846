"""Pre-training restores what is masked, tells mixtures apart, and changes nothing but the tower."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor

from entdemo.bundle.weights import Bundle
from entdemo.model.network import EntClip
from entdemo.training.config import ModelConfig, ObjectiveConfig
from entdemo.training.optim import prepare_parameters
from research.ablation import pretraining as module
from research.ablation.batches import few_shot
from research.ablation.fit import fit, fresh_network
from research.ablation.material import Material
from research.ablation.plan import PRETRAINED
from research.ablation.pretraining import Restoration, looks_at, mixture_contrast, pretrain
from research.ablation.runs import Job, Runs
from research.ablation.variants import Variant, ladder
from tests.helpers.ablation_material import material, settings

WHOLE = ladder((0, 3, 6, 9, 12), ObjectiveConfig(), ema=0.5)[-1]
RESTORE = replace(WHOLE, name="restore", pretraining="restore")
PRESERVE = replace(WHOLE, name="preserve", pretraining="preserve")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STEPS", 6)
    monkeypatch.setattr(module, "_SIZE", 8)


@pytest.fixture(scope="module")
def stuff() -> Material:
    return material()


def adapted(stuff: Material) -> EntClip:
    """A fresh network with adapters, as a run has it before its first step."""
    model = fresh_network(stuff, WHOLE, 0)
    lora = ModelConfig(base=model.config.base, lora_rank=4, lora_alpha=4)
    prepare_parameters(model, lora, settings().stage)
    return model.train()


def trainable(model: EntClip) -> dict[str, Tensor]:
    named = model.clip.visual.named_parameters()
    return {name: it.detach().clone() for name, it in named if it.requires_grad}


@pytest.mark.parametrize("variant", [RESTORE, PRESERVE], ids=lambda it: it.name)
def test_the_loss_falls_and_the_adapters_alone_learn(stuff: Material, variant: Variant) -> None:
    model = adapted(stuff)
    before, head = trainable(model), model.head.class_weight.detach().clone()
    stage = settings().stage.model_copy(update={"lr": 1e-2})
    losses = pretrain(model, variant, stuff.train, stage, 0)
    assert len(losses) == 6
    assert losses[-1] < losses[0] - 0.02
    assert any(not torch.equal(before[name], it) for name, it in trainable(model).items())
    assert torch.equal(model.head.class_weight, head)


def test_what_is_restored_is_the_look_before_it_changed(stuff: Material) -> None:
    looks = looks_at(stuff.train, 0, 0)
    assert (looks.clean - looks.grids - 0.5).abs().max() < 0.02
    assert (looks.plain - looks.grids).abs().max() > 0.1, "another view"
    share = 1 - float(looks.kept.mean())
    assert 0.4 < share < 0.6
    again = looks_at(stuff.train, 0, 0)
    assert torch.equal(looks.grids, again.grids)
    assert not torch.equal(looks.grids, looks_at(stuff.train, 0, 1).grids)


def test_blanked_patches_are_not_seen(stuff: Material) -> None:
    model, looks = adapted(stuff).eval(), looks_at(stuff.train, 0, 0)
    restoration = Restoration(model.shape.width, preserves=False)
    noise = torch.randn_like(looks.grids)
    with torch.no_grad():
        told = restoration(model, looks)
        hidden = replace(looks, grids=looks.grids + noise * (1 - looks.kept))
        seen = replace(looks, grids=looks.grids + noise * looks.kept)
        assert torch.equal(told, restoration(model, hidden))
        assert not torch.equal(told, restoration(model, seen))


def test_a_mixture_is_nearest_to_what_it_is_made_of() -> None:
    frames = torch.eye(6)
    share = torch.full((6,), 0.7)
    mixed = 0.7 * frames + 0.3 * frames.roll(1, 0)
    right = mixture_contrast(mixed, frames, share)
    for wrong in (mixed.roll(1, 0), mixed.roll(3, 0), 0.7 * frames + 0.3 * frames.roll(-1, 0)):
        assert right < mixture_contrast(wrong, frames, share)


def test_a_run_goes_on_from_it_with_the_same_draws(stuff: Material) -> None:
    model = adapted(stuff)
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    pretrain(model, RESTORE, stuff.train, settings().stage, 0)
    assert torch.equal(torch.rand(2), expected)
    chosen = few_shot(settings(), 0, 2)
    ends = {
        variant.name: fit(settings(), stuff, variant, 0, chosen).head.class_weight
        for variant in (WHOLE, RESTORE, PRESERVE)
    }
    assert not torch.equal(ends["all"], ends["restore"])
    assert not torch.equal(ends["restore"], ends["preserve"])


def test_finished_runs_without_it_stay_found(tmp_path: Path) -> None:
    assert WHOLE.facts == {k: v for k, v in asdict(WHOLE).items() if k != "pretraining"}
    bundle = cast(Bundle, SimpleNamespace(info=SimpleNamespace(embedder_id="one")))
    runs = Runs(settings(runs=tmp_path), bundle, str, workers=1)
    alone = Runs(settings(runs=tmp_path, groups=(PRETRAINED,)), bundle, str, workers=1)
    assert alone.file(Job(RESTORE, 2, 0)) == runs.file(Job(RESTORE, 2, 0))
    named = [replace(it, name="same") for it in (WHOLE, RESTORE, PRESERVE)]
    assert len({runs.file(Job(variant, 2, 0)) for variant in named}) == 3
