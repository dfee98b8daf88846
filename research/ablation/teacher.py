"""A moving average of the network teaches it on frames without labels.

Sources: Tarvainen and Valpola, "Mean teachers are better role models", NeurIPS 2017 (the average
as teacher); Sohn et al., "FixMatch", NeurIPS 2020 (a plain view teaches an augmented one).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from entdemo.model.network import EntClip
from entdemo.training.weight_averaging import WeightAverage
from research.ablation.losses import class_logits
from research.ablation.material import PLAIN_VIEWS, Frames
from research.ablation.variants import Variant

_CERTAIN = 0.8
"""Least probability of an answer that is taught."""


class Teacher:
    """Cross-entropy of augmented unlabelled frames against the average's answers to plain ones.

    Args:
        variant: how it classifies.
        average: of the weights that are trained.
        frames: all training frames; those of other run seeds stand without their labels.
        chosen: int64 [M], the labelled ones, which are left out.
        size: frames a step.
    """

    def __init__(
        self,
        variant: Variant,
        average: WeightAverage,
        frames: Frames,
        chosen: NDArray[np.int64],
        size: int,
    ) -> None:
        self.variant, self.average, self.frames, self.size = variant, average, frames, size
        self.rows = np.setdiff1d(np.arange(len(frames.tags)), chosen)

    def __call__(self, model: EntClip, seed: int, step: int) -> Tensor:
        """Scalar; the frames follow from seed and step."""
        rng = np.random.default_rng([seed, step, 1])
        rows = torch.from_numpy(rng.choice(self.rows, self.size))
        views = torch.from_numpy(rng.integers(PLAIN_VIEWS, self.frames.grids.shape[1], self.size))
        with self.average.applied(model), torch.no_grad():
            taught = self._logits(model, self.frames.grids[rows, views % 2]).softmax(dim=-1)
        sure, answers = taught.max(dim=-1)
        learnt = self._logits(model, self.frames.grids[rows, views])
        losses = functional.cross_entropy(learnt, answers, reduction="none")
        return (losses * (sure >= _CERTAIN)).mean()

    def _logits(self, model: EntClip, grids: Tensor) -> Tensor:
        return class_logits(model.head, self.variant, model.encode_frames(grids.float()).embedding)
