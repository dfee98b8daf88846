"""What learning from frames is worth, on frames that were not learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import Ints, OwnFrames, join
from entdemo.adaptation.steps import Steps
from entdemo.bundle.weights import Calibration
from entdemo.evaluation.bootstrap import Interval, mean_interval
from entdemo.evaluation.metrics import expected_calibration_error
from entdemo.inference.calibration import Calibrated, calibrate, distances_of, mirrored_mean
from entdemo.model.fusion import FusionHead
from entdemo.model.network import EncodedFrames, EntClip, FrameDepths, joined_depths
from entdemo.taxonomy import CLASSES

FOLDS = 5
IMPROBABLE = 0.05
"""A label less probable than this is either wrong or of a frame that the network does not read."""
_SEED = 0


@dataclass(frozen=True)
class Said:
    """What heads say of N frames.

    Attributes:
        encoded: of 2N frames: the frames, then their mirror images in the same order.
        logits: [2N, C], likewise.
    """

    encoded: EncodedFrames
    logits: Tensor

    def stated(self, model: EntClip, calibration: Calibration) -> Calibrated:
        """What is served of the N frames: the mean over both, sides swapped back."""
        distances = distances_of(model, self.encoded)
        return mirrored_mean(calibrate(self.logits, calibration, distances))


class Doubtful(NamedTuple):
    """A frame whose label should be looked at again.

    Attributes:
        name: folder and file name, for the user alone.
        label: as stated.
        looks_like: the most probable class.
        probability: of what the label leaves open.
    """

    name: str
    label: str
    looks_like: str
    probability: float


@dataclass(frozen=True)
class Judged:
    """N frames before and after.

    Attributes:
        before: bool [N], whether the most probable class is one that the label allows.
        after: likewise.
        change: 95 % interval of the mean of after minus before, over examinations.
        ece: expected calibration error of the region, before and after, of the frames whose label
            lies in one region; None where there is none.
        labels: N.
        groups: int64 [N].
        classes: int64 [N] each, the most probable class before and after.
        doubtful: whose label is improbable after, the least probable first.
    """

    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    change: Interval
    ece: tuple[float, float] | None
    labels: list[str]
    groups: Ints
    classes: tuple[Ints, Ints]
    doubtful: tuple[Doubtful, ...] = ()

    @property
    def rates(self) -> tuple[float, float]:
        """Shares that are right, before and after."""
        return float(self.before.mean()), float(self.after.mean())

    @property
    def turned(self) -> list[int]:
        """Rows whose most probable class is another one after; those that were right come first."""
        rows = np.flatnonzero(np.not_equal(*self.classes))
        return sorted(rows.tolist(), key=lambda row: not self.before[row])

    def surely_beats(self, other: Judged) -> bool:
        """Whether more of the same frames are right after, beyond doubt, than after ``other``."""
        return _change(other.after, self.after, self.groups)[0] > 0

    def by_label(self) -> dict[str, Judged]:
        """The frames of each label; their calibration is not told, as they are few."""
        names = np.array(self.labels)
        found = {}
        for name in sorted(set(self.labels)):
            rows = names == name
            was, now, groups = self.before[rows], self.after[rows], self.groups[rows]
            classes = self.classes[0][rows], self.classes[1][rows]
            change, labels = _change(was, now, groups), [name] * len(was)
            found[name] = Judged(was, now, change, None, labels, groups, classes)
        return found


def cross_validated(model: EntClip, frames: OwnFrames, steps: Steps | None = None) -> Said:
    """Fit without each fold in turn: each frame is seen by a head that never saw its group."""

    def say(learned: Ints, held: Ints) -> Said:
        head = fitted_head(model, *frames.training(learned))
        return said_by(head, frames.part(held), model.config.slerp_join)

    return said_in_folds(frames, say, steps or Steps())


def said_in_folds(frames: OwnFrames, say: Callable[[Ints, Ints], Said], steps: Steps) -> Said:
    """What is said of N frames, each by what never saw its group.

    Args:
        frames: N.
        say: learns from the rows of the other folds, and says of the rows of one.
        steps: told of each fold.
    """
    folds = dealt_out(frames.groups, frames.labels, FOLDS, _SEED)
    parts, order = [], []
    for fold in range(FOLDS):
        held = np.flatnonzero(folds == fold)
        steps.take()
        if len(held):
            parts.append(say(np.flatnonzero(folds != fold), held))
            order.append(np.concatenate([held, held + len(frames)]))
    back = torch.from_numpy(np.argsort(np.concatenate(order)))
    encoded = (torch.cat(it)[back] for it in zip(*(it.encoded for it in parts), strict=True))
    return Said(EncodedFrames(*encoded), torch.cat([it.logits for it in parts])[back])


def said_by(head: FusionHead, frames: OwnFrames, slerp_join: bool) -> Said:
    """What a network with this head says of frames and their mirror images."""
    encoded = encoded_by(head, join(frames.depths, frames.mirrored), slerp_join)
    return Said(encoded, head.class_logits(encoded.embedding, head.prototypes))


def dealt_out(groups: Ints, kinds: list[str], parts: int, seed: int) -> Ints:
    """Deal N frames out to parts, whole groups together, kind by kind.

    Args:
        groups: int64 [N].
        kinds: N; a group is of the kind of its first frame. Each kind is shared evenly.
        parts: how many.
        seed: of the order in which the groups of a kind are dealt out.

    Returns:
        int64 [N], the part of each frame, counted from 0.
    """
    names, first = np.unique(groups, return_index=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    order = sorted(shuffled, key=lambda at: kinds[first[at]])
    part_of = {names[at]: place % parts for place, at in enumerate(order)}
    return np.array([part_of[group] for group in groups], np.int64)


def judge(frames: OwnFrames, before: Calibrated, after: Calibrated) -> Judged:
    """Compare what is stated of frames with their labels."""
    old_class, new_class = (it.probabilities.argmax(1) for it in (before, after))
    was, now = (_right(it, frames.allowed) for it in (old_class, new_class))
    rows, regions = frames.regions
    ece = None
    if len(rows):
        old, new = (
            expected_calibration_error(it.regions.numpy()[rows], regions) for it in (before, after)
        )
        ece = (old, new)
    change = _change(was, now, frames.groups)
    doubtful = _doubtful(frames, after.probabilities)
    classes = old_class.numpy(), new_class.numpy()
    return Judged(was, now, change, ece, frames.labels, frames.groups, classes, doubtful)


def _doubtful(frames: OwnFrames, probabilities: Tensor) -> tuple[Doubtful, ...]:
    given = (probabilities * frames.allowed).sum(1)
    found = [
        Doubtful(item.name, item.label, CLASSES[int(row.argmax())], float(share))
        for item, row, share in zip(frames.items, probabilities, given, strict=True)
        if share < IMPROBABLE
    ]
    return tuple(sorted(found, key=lambda it: it.probability))


@torch.no_grad()
def encoded_by(head: FusionHead, depths: FrameDepths, slerp_join: bool) -> EncodedFrames:
    """What a network with this head gives, without gradients."""
    return joined_depths(head, depths, slerp_join)


def _right(found: Tensor, allowed: Tensor) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = allowed[torch.arange(len(found)), found].numpy()
    return right


def _change(was: NDArray[np.bool_], now: NDArray[np.bool_], groups: Ints) -> Interval:
    return mean_interval(now.astype(float) - was.astype(float), groups) or (0.0, 0.0)
