"""The moving average pairs parameters by name and leaves frozen ones alone."""

from __future__ import annotations

import torch
from torch import nn

from entdemo.training.weight_averaging import WeightAverage, mean_of, state_of


def test_average_follows_and_is_lent_for_a_while() -> None:
    model = nn.Linear(2, 1)
    model.bias.requires_grad_(False)
    nn.init.zeros_(model.weight)
    average = WeightAverage(model, decay=0.5)
    nn.init.ones_(model.weight)
    average.update(model, step=100)
    with average.applied(model):
        assert torch.allclose(model.weight, torch.full((1, 2), 0.5))
    assert torch.allclose(model.weight, torch.ones(1, 2))
    assert list(average.state_dict()) == ["weight"]


def test_it_comes_back_from_a_checkpoint() -> None:
    model = nn.Linear(2, 1)
    average, other = WeightAverage(model, 0.9), WeightAverage(nn.Linear(2, 1), 0.9)
    other.load_state_dict(average.state_dict())
    assert torch.equal(other.shadow["weight"], model.weight)


def test_the_mean_of_several_ends_keeps_counters() -> None:
    ends = [
        {"weight": torch.tensor([1.0, 4.0]), "batches": torch.tensor(3)},
        {"weight": torch.tensor([3.0, 0.0]), "batches": torch.tensor(5)},
    ]
    mean = mean_of(ends)
    assert mean["weight"].tolist() == [2.0, 2.0]
    assert int(mean["batches"]) == 3


def test_a_state_is_a_copy() -> None:
    model = nn.Linear(2, 1)
    state = state_of(model)
    model.weight.data.add_(1)
    assert not torch.equal(state["weight"], model.weight)
