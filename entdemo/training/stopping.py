"""Early stopping on validation accuracy.

Source: Prechelt, "Early stopping - but when?", in Neural Networks: Tricks of the Trade, 1998.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

_FRAMES = "accuracy_frames"


def selected_by(figures: Mapping[str, float], frame_weight: float) -> float:
    """The figure that weights are selected by.

    Args:
        figures: accuracy of frames, and of captions in each language that there is.
        frame_weight: share of the frames' accuracy; captions share the rest alike. Without
            captions frames count alone.
    """
    captions = [value for name, value in figures.items() if name != _FRAMES]
    if not captions:
        return figures[_FRAMES]
    mean = sum(captions) / len(captions)
    return frame_weight * figures[_FRAMES] + (1 - frame_weight) * mean


class EarlyStop:
    """Keep the best weights, and tell when they have not been beaten for a while.

    Args:
        patience: validations without a better figure before a stage ends.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best = float("-inf")
        self.idle = 0
        self.weights: dict[str, Tensor] = {}

    @property
    def stopped(self) -> bool:
        """Whether the stage should end."""
        return self.idle >= self.patience

    def update(self, figure: float, weights: dict[str, Tensor]) -> None:
        """Compare a figure, higher is better, and the weights that it belongs to."""
        if figure > self.best:
            self.best, self.idle = figure, 0
            self.weights = {name: value.clone() for name, value in weights.items()}
        else:
            self.idle += 1

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"best": self.best, "idle": self.idle, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.best, self.idle, self.weights = state["best"], state["idle"], state["weights"]
