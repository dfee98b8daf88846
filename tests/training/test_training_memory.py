"""The estimate counts what autograd keeps and computes, on layers counted by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from benchmarks.training_memory import GIB, Cost, Line, line, summary
from entdemo.training.config import StageConfig


def test_a_layer_is_counted_as_by_hand() -> None:
    model = nn.Sequential(nn.Linear(8, 16, bias=False), nn.GELU())
    found = line(model, lambda n: model(torch.ones(n, 8)))
    assert found.each.kept == 8 * 2 + 16 * 2, "input and output of the layer, in bf16"
    assert found.each.flops == 2 * (2 * 8 * 16), "output, and gradient of the weight"
    assert found.fixed.flops == 0


def test_a_frozen_network_keeps_nothing() -> None:
    model = nn.Linear(8, 16).requires_grad_(False)
    found = line(model, lambda n: model(torch.ones(n, 8)))
    assert found.at(5) == Cost(0, 5 * 2 * 8 * 16)


def test_pieces_share_the_batch_and_not_the_weights() -> None:
    model = nn.Linear(1024, 1024, bias=False)
    stage = StageConfig(trains="lora", steps=10, batch_size=64)
    frames = Line(Cost(0, 0), Cost(GIB // 64, 10**9))
    step = summary(model, stage, frames, Line(Cost(0, 0), Cost(0, 10**9)), validate_every=10)
    assert step.weights_gib == pytest.approx(5 * 4 * 2**20 / GIB)
    assert step.peak_gib[1] - step.peak_gib[4] == pytest.approx(0.75)
    assert step.step_tflop == pytest.approx((64 + 110) / 1000)
