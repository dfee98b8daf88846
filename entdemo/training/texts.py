"""Texts of a training batch: captions, class prompts and free sentences."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.locale import LANGUAGES
from entdemo.model.base import Tokenize
from entdemo.taxonomy import CLASSES, MIRRORED, findings_of, region_of
from entdemo.text.prompts import CLASS_PROMPTS
from entdemo.text.sides import mirror_text
from entdemo.training.data import NO_CAPTION, FrameSet, caption_ids, finding_bits
from entdemo.training.sentences import Sentence, sentence
from entdemo.training.text_augmentation import augment_text

_KINDS = ("caption", "sentence", "prompt")
_SHARES = (0.5, 0.35, 0.15)
_AUGMENTED = 0.3

Rng = np.random.Generator


@dataclass(frozen=True)
class TextBatch:
    """Tokenized texts with what they say.

    Attributes:
        tokens: int64 [T, context_length].
        labels: int64 [T], class of each text.
        tags: int64 [T], findings it names as a bit mask.
        captions: int64 [T], see ``data.caption_ids``.
    """

    tokens: Tensor
    labels: Tensor
    tags: Tensor
    captions: Tensor

    def to(self, device: torch.device) -> TextBatch:
        """The same texts on a device."""
        return TextBatch(*(getattr(self, it.name).to(device) for it in fields(self)))


class _Picked(NamedTuple):
    """A text, its class, the findings it names, and its number if it is a caption."""

    text: str
    label: int
    tags: int
    caption: int = NO_CAPTION


def draw_sentences(n: int, seed: int) -> list[Sentence]:
    """``n`` free sentences, half of them Vietnamese."""
    rng = np.random.default_rng([seed, 7])
    return [sentence(rng, LANGUAGES[index % 2]) for index in range(n)]


def all_prompts() -> tuple[list[str], Tensor]:
    """Every class prompt in both languages, and int64 [P] indices of their classes."""
    texts: list[str] = []
    owner: list[int] = []
    for index, name in enumerate(CLASSES):
        for language in LANGUAGES:
            texts += CLASS_PROMPTS[name][language]
            owner += [index] * len(CLASS_PROMPTS[name][language])
    return texts, torch.tensor(owner)


class TextBank:
    """Picks the texts of each batch; all choices come from the generator it is given."""

    def __init__(self, frames: FrameSet, pool: list[Sentence], tokenize: Tokenize) -> None:
        self.frames = frames
        self.pool = pool
        self.tokenize = tokenize
        self._captions = caption_ids(frames)
        prompts, owner = all_prompts()
        self.prompts = [
            [text for text, own in zip(prompts, owner.tolist(), strict=True) if own == index]
            for index in range(len(CLASSES))
        ]
        self._by_fact: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, item in enumerate(pool):
            if item.class_name is not None and _drawable(item.class_name, item.findings):
                tags = finding_bits(item.class_name, item.findings)
                self._by_fact[(CLASSES.index(item.class_name), tags)].append(index)

    def for_frames(
        self, indices: NDArray[np.int64], flipped: NDArray[np.bool_], rng: Rng
    ) -> TextBatch:
        """One text that holds for each frame, after its flip."""
        picked = [
            self._for_frame(int(index), bool(flip), rng)
            for index, flip in zip(indices, flipped, strict=True)
        ]
        return TextBatch(
            tokens=self.tokenize([item.text for item in picked]),
            labels=torch.tensor([item.label for item in picked]),
            tags=torch.tensor([item.tags for item in picked]),
            captions=torch.tensor([item.caption for item in picked]),
        )

    def caption_numbers(self, indices: NDArray[np.int64], flipped: NDArray[np.bool_]) -> Tensor:
        """int64 [B], see ``data.caption_ids``, of frames after their flip."""
        plain, mirrored = self._captions
        return torch.from_numpy(np.where(flipped, mirrored[indices], plain[indices]))

    def _for_frame(self, index: int, flip: bool, rng: Rng) -> _Picked:
        label = int(self.frames.labels[index])
        label = MIRRORED[label] if flip else label
        tags = int(self.frames.tags[index])
        kind = rng.choice(_KINDS, p=_SHARES)
        if kind == "prompt":
            return self._prompt(label, rng)
        if kind == "sentence":
            found = self._sentence(label, tags, rng)
            if found is not None:
                return found
        english, vietnamese = self.frames.captions_en[index], self.frames.captions_vi[index]
        text = english or vietnamese if rng.random() < 0.5 else vietnamese or english
        if not text:
            return self._prompt(label, rng)
        text = self._maybe_augmented(mirror_text(text) if flip else text, rng)
        return _Picked(text, label, tags, int(self._captions[int(flip)][index]))

    def _prompt(self, label: int, rng: Rng) -> _Picked:
        return _Picked(str(rng.choice(self.prompts[label])), label, 0)

    def _sentence(self, label: int, tags: int, rng: Rng) -> _Picked | None:
        """A free sentence about the class that names the frame's findings, or none of them."""
        for wanted in (tags, 0):
            candidates = self._by_fact.get((label, wanted))
            if candidates:
                text = self.pool[candidates[rng.integers(len(candidates))]].text
                return _Picked(text, label, wanted)
        return None

    def sentences(self, n: int, rng: Rng) -> tuple[Tensor, Tensor]:
        """``n`` free sentences: tokens [n, context_length], bool [n, C] of classes left open."""
        picked = [self.pool[index] for index in rng.integers(len(self.pool), size=n)]
        allowed = torch.zeros(n, len(CLASSES), dtype=torch.bool)
        for row, item in zip(allowed, picked, strict=True):
            for name in item.classes:
                row[CLASSES.index(name)] = True
        return self.tokenize([self._maybe_augmented(item.text, rng) for item in picked]), allowed

    def some_prompts(self, per_class: int, rng: Rng) -> tuple[Tensor, Tensor]:
        """``per_class`` prompts of each class: tokens and int64 indices of their classes."""
        texts = [str(text) for own in self.prompts for text in rng.choice(own, per_class, False)]
        owner = torch.arange(len(CLASSES)).repeat_interleave(per_class)
        return self.tokenize(texts), owner

    @staticmethod
    def _maybe_augmented(text: str, rng: Rng) -> str:
        return augment_text(text, rng) if rng.random() < _AUGMENTED else text


def _drawable(class_name: str, findings: tuple[str, ...]) -> bool:
    """Whether a drawn frame can show all that a sentence names."""
    return {it.key for it in findings_of(region_of(class_name))}.issuperset(findings)
