"""The averaged teacher learns from frames without labels, and from sure answers alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from entdemo.training.config import ObjectiveConfig
from entdemo.training.weight_averaging import WeightAverage
from research.ablation import teacher as module
from research.ablation.batches import few_shot
from research.ablation.fit import fit, fresh_network
from research.ablation.teacher import Teacher
from research.ablation.variants import ladder
from tests.helpers.ablation_material import material, settings

WHOLE = ladder((0, 3, 6, 9, 12), ObjectiveConfig(), ema=0.5)[-1]


def test_labelled_frames_and_unsure_answers_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stuff, chosen = material(), few_shot(settings(), 0, 2)
    model = fresh_network(stuff, WHOLE, 0)
    taught = Teacher(WHOLE, WeightAverage(model, 0.5), stuff.train, chosen, 7)
    assert not set(taught.rows) & set(chosen)
    assert len(taught.rows) + len(chosen) == len(stuff.train.tags)
    monkeypatch.setattr(module, "_CERTAIN", 1.01)
    assert taught(model, 0, 0) == 0
    monkeypatch.setattr(module, "_CERTAIN", 0.0)
    loss = taught(model, 0, 0)
    loss.backward()
    assert loss > 0
    gradient = model.head.class_weight.grad
    assert gradient is not None
    assert gradient.abs().sum() > 0


def test_the_average_answers_and_the_network_keeps_its_weights() -> None:
    stuff, chosen = material(), few_shot(settings(), 0, 2)
    model = fresh_network(stuff, WHOLE, 0)
    average = WeightAverage(model, 0.5)
    own = model.head.class_weight.detach().clone()
    for values in average.shadow.values():
        values.zero_()
    Teacher(WHOLE, average, stuff.train, chosen, 7)(model, 0, 0)
    assert torch.equal(model.head.class_weight, own)


def test_a_run_with_the_teacher_ends_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    stuff, chosen = material(), few_shot(settings(), 0, 2)
    monkeypatch.setattr(module, "_CERTAIN", 0.0)
    without = fit(settings(), stuff, WHOLE, 0, chosen).head.class_weight
    taught = fit(settings(), stuff, replace(WHOLE, teacher=1.0), 0, chosen).head.class_weight
    assert not np.allclose(without.detach().numpy(), taught.detach().numpy())
