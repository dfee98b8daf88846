"""What learning from frames is worth, on frames that were not learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import Ints, OwnFrames, take
from entdemo.evaluation.bootstrap import Interval, mean_interval
from entdemo.model.fusion import FusionHead
from entdemo.model.network import EncodedFrames, EntClip, FrameDepths
from entdemo.model.slerp import slerp

FOLDS = 5
_SEED = 0


@dataclass(frozen=True)
class Judged:
    """Cross-validation by group: each frame judged by weights that never saw its group.

    Attributes:
        before: bool [N], whether the bundle's most probable class is one that the label allows.
        after: likewise of the fitted heads.
        change: 95 % interval of the mean of after minus before.
        encoded: what the fitted heads give.
        logits: [N, C], likewise.
    """

    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    change: Interval
    encoded: EncodedFrames
    logits: Tensor

    def by_label(self, labels: list[str]) -> dict[str, tuple[int, float, float]]:
        """Number of frames, share right before and after, of each label."""
        names = np.array(labels)
        return {
            name: (
                int((names == name).sum()),
                float(self.before[names == name].mean()),
                float(self.after[names == name].mean()),
            )
            for name in sorted(set(labels))
        }


def cross_validated(model: EntClip, frames: OwnFrames) -> Judged:
    """Fit without each fold in turn, and judge the fold."""
    folds = _folds(frames)
    parts, order = [], []
    for fold in range(FOLDS):
        held = np.flatnonzero(folds == fold)
        if len(held):
            head = fitted_head(model, *frames.training(np.flatnonzero(folds != fold)))
            parts.append(encoded_by(head, take(frames.depths, held), model.config.slerp_join))
            order.append(held)
    back = np.argsort(np.concatenate(order))
    encoded = EncodedFrames(*(torch.cat(it)[back] for it in zip(*parts, strict=True)))
    old = encoded_by(model.head, frames.depths, model.config.slerp_join)
    # The class directions are the bundle's: only projections, gates and the join were fitted.
    before, after = (
        model.head.class_logits(it.embedding, model.head.prototypes) for it in (old, encoded)
    )
    was, now = _right(before, frames.allowed), _right(after, frames.allowed)
    change = mean_interval(now.astype(float) - was.astype(float), frames.groups)
    return Judged(was, now, change or (0.0, 0.0), encoded, after)


@torch.no_grad()
def encoded_by(head: FusionHead, depths: FrameDepths, slerp_join: bool) -> EncodedFrames:
    """What a network with this head gives."""
    embedding, gates, levels = head(depths.vectors)
    if slerp_join:
        embedding = slerp(embedding, depths.own, head.join)
    return EncodedFrames(embedding, gates, depths.features, levels)


def _right(logits: Tensor, allowed: Tensor) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = allowed[torch.arange(len(logits)), logits.argmax(1)].numpy()
    return right


def _folds(frames: OwnFrames) -> Ints:
    """int64 [N], whole groups dealt out label by label."""
    groups, first = np.unique(frames.groups, return_index=True)
    shuffled = np.random.default_rng(_SEED).permutation(len(groups))
    labels = frames.labels
    order = sorted(shuffled, key=lambda at: labels[first[at]])
    fold_of = {groups[at]: place % FOLDS for place, at in enumerate(order)}
    return np.array([fold_of[group] for group in frames.groups], np.int64)
