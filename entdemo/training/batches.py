"""Batches as a function of seed and step alone, so that a resumed run repeats them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.model.preprocess import Preprocess
from entdemo.taxonomy import CLASSES, MIRRORED
from entdemo.training.augment import Augment, turn_some
from entdemo.training.config import AugmentConfig
from entdemo.training.texts import TextBank, TextBatch

_PROMPTS_PER_CLASS = 2
_USUAL = AugmentConfig()
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Batch:
    """One step's inputs; flips are already applied to frames, labels and texts.

    Attributes:
        pixels: float32 [B, 3, S, S], augmented and normalised.
        labels: int64 [B].
        tags: int64 [B], findings as bit masks.
        captions: int64 [B], see ``data.caption_ids``.
        texts: one text for each frame.
        sentence_tokens: int64 [B // 2, context_length], free sentences without a frame.
        sentence_classes: bool [B // 2, C], classes that each sentence leaves open.
        prompt_tokens: int64 [P, context_length], some prompts of each class.
        prompt_owner: int64 [P], their classes.
        partners: int64 [B], a frame to mix each frame with.
        mix: float32 [B] in 0..1, how far to walk to the partner.
        clean: float32 [B, 3, S, S], ``pixels`` before their look was degraded, normalised; None
            where nothing asks for them.
        turned: bool [B], frames that were turned so far that their side cannot be told; None where
            none is.
        open: bool [B, C], the classes that each frame's label leaves open, at least one; None where
            every label is one class. Then ``labels`` of more than one class say nothing.
    """

    pixels: Tensor
    labels: Tensor
    tags: Tensor
    captions: Tensor
    texts: TextBatch
    sentence_tokens: Tensor
    sentence_classes: Tensor
    prompt_tokens: Tensor
    prompt_owner: Tensor
    partners: Tensor
    mix: Tensor
    clean: Tensor | None = None
    turned: Tensor | None = None
    open: Tensor | None = None

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        names = [it.name for it in fields(self) if getattr(self, it.name) is not None]
        return replace(self, **{name: getattr(self, name).to(device) for name in names})


class BatchSource(Protocol):
    """Where the batches of a stage come from."""

    def at(self, *seed: int) -> Batch:
        """The batch that belongs to recipe seed, stage and step."""


class Batches:
    """Class-balanced batches; every second frame is mirrored with its label and text.

    Args:
        bank: frames to draw from, and texts for them.
        preprocess: of the network.
        batch_size: B.
        augment: how frames are degraded.
        with_clean: whether batches hold the frames before that as well.
        device: where that is done; texts and labels are made on the CPU.
    """

    def __init__(
        self,
        bank: TextBank,
        preprocess: Preprocess,
        batch_size: int,
        augment: AugmentConfig = _USUAL,
        with_clean: bool = False,
        device: torch.device = _CPU,
    ) -> None:
        self.frames = bank.frames
        self.bank = bank
        self.preprocess = preprocess
        self.batch_size = batch_size
        self.augment = Augment(preprocess.image_size, augment)
        self.turned_share = augment.turn
        self.with_clean = with_clean
        self.device = device
        members = [np.flatnonzero(self.frames.labels == label) for label in range(len(CLASSES))]
        self._members = [own for own in members if len(own)]

    def at(self, *seed: int) -> Batch:
        """The batch that belongs to ``seed``, usually recipe seed, stage and step."""
        rng = np.random.default_rng(seed)
        torch.manual_seed(int(rng.integers(2**62)))
        chosen = rng.integers(len(self._members), size=self.batch_size)
        indices = np.array([rng.choice(self._members[choice]) for choice in chosen], np.int64)
        flipped = rng.random(self.batch_size) < 0.5
        seen = self.frames.labels[indices]
        labels = torch.from_numpy(np.where(flipped, np.take(MIRRORED, seen), seen))
        sentence_tokens, sentence_classes = self.bank.sentences(self.batch_size // 2, rng)
        prompt_tokens, prompt_owner = self.bank.some_prompts(_PROMPTS_PER_CLASS, rng)
        turned = torch.rand(self.batch_size) < self.turned_share
        squares = turn_some(self._squares(indices, flipped), turned)
        degraded, clean = self.augment(squares)
        return Batch(
            pixels=self.preprocess.normalise(degraded),
            labels=labels,
            tags=torch.from_numpy(self.frames.tags[indices]),
            captions=self.bank.caption_numbers(indices, flipped),
            texts=self.bank.for_frames(indices, flipped, rng),
            sentence_tokens=sentence_tokens,
            sentence_classes=sentence_classes,
            prompt_tokens=prompt_tokens,
            prompt_owner=prompt_owner,
            partners=_partners(labels),
            mix=torch.rand(self.batch_size),
            clean=self.preprocess.normalise(clean) if self.with_clean else None,
            turned=turned if turned.any() else None,
        )

    def _squares(self, indices: NDArray[np.int64], flipped: NDArray[np.bool_]) -> Tensor:
        """uint8 [B, 3, S0, S0], mirrored where ``flipped``."""
        squares = self.frames.squares[indices]
        squares[flipped] = squares[flipped, :, ::-1]
        return torch.from_numpy(squares).to(self.device).permute(0, 3, 1, 2)


def _partners(labels: Tensor) -> Tensor:
    """For each item the next one of its class in the batch, itself where it is alone."""
    partners = torch.arange(len(labels))
    for label in torch.unique(labels):
        members = torch.nonzero(labels == label).squeeze(1)
        partners[members] = members.roll(1)
    return partners
