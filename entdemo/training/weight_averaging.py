"""Exponential moving average of the weights that are trained.

Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992, in its
exponential form. ``torch.optim.swa_utils.AveragedModel`` pairs parameters by position, which PEFT
changes while it runs; here they are paired by name, and frozen ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """Average of the trainable parameters of a model.

    Args:
        model: its parameters are copied as the start.
        decay: weight of the past in 0..1.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.shadow = {name: value.detach().clone() for name, value in _trained(model).items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move towards the model; early steps are forgotten faster."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in _trained(model).items():
            self.shadow[name].lerp_(value, 1 - decay)

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """The model carries the average inside the block and its own weights after it."""
        own = {name: value.detach().clone() for name, value in _trained(model).items()}
        self.copy_to(model)
        yield
        _assign(model, own)

    def copy_to(self, model: nn.Module) -> None:
        """Give the average to the model for good."""
        _assign(model, self.shadow)

    def state_dict(self) -> dict[str, Tensor]:
        """The averages, for a checkpoint."""
        return self.shadow

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take averages back from a checkpoint."""
        self.shadow = {
            name: value.to(self.shadow[name].device, copy=True) for name, value in state.items()
        }


def _trained(model: nn.Module) -> dict[str, Tensor]:
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


@torch.no_grad()
def _assign(model: nn.Module, values: dict[str, Tensor]) -> None:
    for name, parameter in _trained(model).items():
        parameter.copy_(values[name])


def state_of(model: nn.Module) -> dict[str, Tensor]:
    """A copy of all weights and buffers."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def mean_of(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Mean of each weight over several ends of training from one start; counters of the first.

    Source: Wortsman et al., "Model soups", 2022.

    Args:
        states: at least one, with the same keys and shapes.
    """
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }
