"""Class-balanced batches of a few labelled frames, as a function of seed and step alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.taxonomy import CLASSES
from research.ablation.config import AblationConfig
from research.ablation.material import Frames, Texts

_SENTENCES = 14


@dataclass(frozen=True)
class Batch:
    """As many frames of each class, in the order of the classes.

    Attributes:
        grids: float32 [B, width, g, g].
        clean: float32 [B, width, g, g], the same frames before augmentation changed their look.
        labels: int64 [B].
        tags: int64 [B].
        captions: float32 [B, D].
        prompts: float32 [C, D], one a class.
        sentences: float32 [S, D].
        allowed: bool [S, C].
        mix: float32 [B] in 0..1.
    """

    grids: Tensor
    clean: Tensor
    labels: Tensor
    tags: Tensor
    captions: Tensor
    prompts: Tensor
    sentences: Tensor
    allowed: Tensor
    mix: Tensor

    @property
    def partners(self) -> Tensor:
        """int64 [B], the next frame of the same class."""
        return torch.arange(len(self.labels)).view(len(CLASSES), -1).roll(1, 1).flatten()


def few_shot(config: AblationConfig, seed: int, shots: int) -> NDArray[np.int64]:
    """Indices of ``shots`` training frames a class; each seed has its own frames."""
    block = config.most_shots * len(CLASSES)
    start = config.seeds.index(seed) * block
    return np.arange(start, start + shots * len(CLASSES))


class Batches:
    """Class-balanced batches of a few frames; what a batch holds follows from seed and step."""

    def __init__(self, frames: Frames, texts: Texts, chosen: NDArray[np.int64], size: int) -> None:
        self.frames, self.texts = frames, texts
        self.per_class = size // len(CLASSES)
        views = range(frames.grids.shape[1])
        index, view = (axis.ravel() for axis in np.meshgrid(chosen, views, indexing="ij"))
        labels = frames.labels.numpy()[index, view % 2]
        pairs = np.stack([index, view], axis=1)
        self.pools = [pairs[labels == label] for label in range(len(CLASSES))]
        self.prompts = [np.flatnonzero(texts.owner.numpy() == own) for own in range(len(CLASSES))]

    def at(self, seed: int, step: int) -> Batch:
        """The batch of a step; each frame comes with one of its captions."""
        rng = np.random.default_rng([seed, step])
        drawn = [pool[rng.integers(len(pool), size=self.per_class)] for pool in self.pools]
        index, view = torch.from_numpy(np.concatenate(drawn)).T
        language = torch.from_numpy(rng.integers(2, size=len(index)))
        prompts = [own[rng.integers(len(own))] for own in self.prompts]
        sentences = torch.from_numpy(rng.integers(len(self.texts.sentences), size=_SENTENCES))
        mirrored = view % 2
        return Batch(
            grids=self.frames.grids[index, view].float(),
            clean=self.frames.clean[index, view].float(),
            labels=self.frames.labels[index, mirrored],
            tags=self.frames.tags[index],
            captions=self.frames.captions[index, mirrored, language],
            prompts=self.texts.prompts[torch.from_numpy(np.array(prompts))],
            sentences=self.texts.sentences[sentences],
            allowed=self.texts.allowed[sentences],
            mix=torch.from_numpy(rng.random(len(index), np.float32)),
        )
