"""LoRA on the upper blocks and the fusion head, trained on a user's frames by the trainer.

Training goes on from the fast fit. Drawn frames are learned from again beside the user's, so that
they are not forgotten; every label has the same share of the batches; of a frame and of its mirror
image, whose sides are exchanged, some views are kept. What comes of it is the moving average of the
weights. Class weights and the texts' tower stay, so that descriptions are read as before.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import get_peft_model_state_dict
from torch import Tensor

from entdemo.adaptation.drawn import replay_frames
from entdemo.adaptation.extent import (
    A_STEP,
    FEWER_VIEWS,
    RANK,
    check_trainable,
    training_steps,
    views_of,
)
from entdemo.adaptation.frames import Ints, OwnFrames
from entdemo.adaptation.judge import Said
from entdemo.adaptation.steps import Steps
from entdemo.adaptation.upper import PLAIN_VIEWS, Upper, lower_views
from entdemo.bundle.weights import Bundle
from entdemo.model.fusion import FusionHead
from entdemo.model.lora import NEW_SCALE, merge_lora
from entdemo.model.network import EncodedFrames, EntClip
from entdemo.taxonomy import CLASSES, MIRRORED
from entdemo.training.batches import Batch
from entdemo.training.config import (
    DataConfig,
    FolderSource,
    ModelConfig,
    ObjectiveConfig,
    StageConfig,
    TrainConfig,
)
from entdemo.training.data import NO_CAPTION
from entdemo.training.loop import StageRun
from entdemo.training.texts import TextBatch

_BATCH, _REPLAYED = 32, 8
_SEED = 0
_OBJECTIVE = ObjectiveConfig(contrast=0, mixup=0, sentences=0, levels=0.3, label_smoothing=0.03)


@dataclass(frozen=True)
class Tower:
    """A network that learned in full.

    Attributes:
        network: whole, its adapters merged, in evaluation mode.
        adapter: what was learned of the image tower, by PEFT's names.
    """

    network: EntClip
    adapter: dict[str, Tensor]


class FullLearner:
    """Trains copies of a bundle's network on rows of a user's frames.

    Args:
        bundle: to go on from; stays as it is.
        frames: N.
        steps: told of each view and of each training step.

    Raises:
        UserError: the base is too large to be trained without a GPU, or its adapter cannot grow.
    """

    def __init__(self, bundle: Bundle, frames: OwnFrames, steps: Steps) -> None:
        check_trainable(bundle.info.base.name, bundle.folder)
        self._bundle, self._frames, self._steps = bundle, frames, steps
        self._own = self._lower(frames, views_of(len(frames)), steps)
        self._replay = replay_frames(bundle)
        self._replayed = self._lower(self._replay, FEWER_VIEWS, steps)

    def learned(self, rows: Ints, head: FusionHead) -> Upper:
        """Train on some rows, from ``head``, which the fast fit made of the same rows."""
        with torch.random.fork_rng(devices=[]), tempfile.TemporaryDirectory() as folder:
            torch.manual_seed(_SEED)
            upper = Upper(self._bundle.model, head)
            upper.head.requires_grad_(True)
            for kept in (upper.head.class_weight, upper.head.class_scale, upper.head.prompt_scale):
                kept.requires_grad_(False)
            batches = _Batches(
                (self._own[rows], self._frames.allowed[rows], _BATCH - _REPLAYED),
                (self._replayed, self._replay.allowed, _REPLAYED),
                head.prototypes,
                self._steps,
            )
            config = _recipe(self._bundle, len(rows), Path(folder))
            run = StageRun(
                upper,  # type: ignore[arg-type]  # trains like the network that it holds
                config, 0, 0, batches, lambda _: {}, lambda _: None,
            )  # fmt: skip
            run.run()
        upper.eval().requires_grad_(False)
        return upper

    def said(self, upper: Upper, rows: Ints) -> Said:
        """What a network says of some rows and of their mirror images."""
        return said_of(upper, self._own[rows, :PLAIN_VIEWS])

    def said_of_others(self, upper: Upper, frames: OwnFrames) -> Said:
        """What a network says of further frames and of their mirror images."""
        return said_of(upper, self._lower(frames, PLAIN_VIEWS, Steps()))

    def _lower(self, frames: OwnFrames, views: int, steps: Steps) -> Tensor:
        bundle = self._bundle
        return lower_views(bundle.model, bundle.preprocess, frames.squares, views, _SEED, steps)


def tower_of(upper: Upper) -> Tower:
    """The whole network; ``upper`` is used up."""
    found = get_peft_model_state_dict(upper.network.clip.visual)
    adapter = {name: value.detach().clone() for name, value in found.items()}
    merge_lora(upper.network.clip)
    return Tower(upper.network.eval().requires_grad_(False), adapter)


@torch.no_grad()
def said_of(upper: Upper, lower: Tensor) -> Said:
    """Of [N, 2, E]: plain views and their mirror images."""
    rows = torch.cat([lower[:, 0], lower[:, 1]])
    parts = [upper.encode_frames(part.float()) for part in rows.split(_BATCH)]
    encoded = EncodedFrames(*(torch.cat(field) for field in zip(*parts, strict=True)))
    return Said(encoded, upper.head.class_logits(encoded.embedding, upper.head.prototypes))


def _recipe(bundle: Bundle, frames: int, folder: Path) -> TrainConfig:
    """One LoRA stage; its frames come from memory, and its checkpoint goes with ``folder``."""
    info = bundle.info
    steps = training_steps(frames)
    nowhere = FolderSource(folder=folder)
    return TrainConfig(
        name="own",
        seed=_SEED,
        output=folder / "weights",
        runs=folder,
        precision="no",
        validate_every=steps,
        data=DataConfig(train=nowhere, validation=nowhere),
        model=ModelConfig(
            base=info.base.name,
            levels=info.fusion.levels,
            slerp_join=info.fusion.slerp_join,
            lora_rank=RANK,
            lora_alpha=int(NEW_SCALE * RANK),
        ),
        objective=_OBJECTIVE,
        stages=(
            StageConfig(
                trains="lora", steps=steps, batch_size=_BATCH, lr=3e-4, weight_decay=0.0,
                warmup=5, ema=0.9,
            ),
        ),
    )  # fmt: skip


_Part = tuple[Tensor, Tensor, int]
"""Lower views [N, V, E], bool [N, C] of classes left open, and how many frames of a batch."""


class _Batches:
    """Batches in which each label of a part has the same share; odd views have sides exchanged.

    Each is a step that is told, so that learning ends there when it is no longer wanted.
    """

    def __init__(self, own: _Part, replayed: _Part, prototypes: Tensor, steps: Steps) -> None:
        self._parts, self._steps = (own, replayed), steps
        self._kinds = [_kinds(allowed) for _, allowed, _ in self._parts]
        self._prototypes = prototypes

    def at(self, *seed: int) -> Batch:
        """See ``BatchSource``."""
        self._steps.take(A_STEP)
        rng = np.random.default_rng(seed)
        rows, opened = [], []
        for (lower, allowed, count), kinds in zip(self._parts, self._kinds, strict=True):
            picked = [rng.choice(kinds[kind]) for kind in rng.integers(len(kinds), size=count)]
            chosen = torch.tensor(np.array(picked, np.int64))
            views = torch.from_numpy(rng.integers(lower.shape[1], size=count))
            rows.append(lower[chosen, views].float())
            mirrored = allowed[:, list(MIRRORED)]
            odd = (views % 2 == 1).unsqueeze(1)
            opened.append(torch.where(odd, mirrored[chosen], allowed[chosen]))
        return self._batch(torch.cat(rows), torch.cat(opened))

    def _batch(self, lower: Tensor, opened: Tensor) -> Batch:
        labels = opened.int().argmax(1)
        every = torch.arange(len(CLASSES))
        none = torch.full((len(labels),), NO_CAPTION)
        nothing = torch.zeros(len(labels), dtype=torch.int64)
        return Batch(
            pixels=lower,
            labels=labels,
            tags=nothing,
            captions=none,
            texts=TextBatch(self._prototypes[labels], labels, nothing, none),
            sentence_tokens=self._prototypes,
            sentence_classes=torch.eye(len(CLASSES), dtype=torch.bool),
            prompt_tokens=self._prototypes,
            prompt_owner=every,
            partners=torch.arange(len(labels)),
            mix=torch.zeros(len(labels)),
            open=opened,
        )


def _kinds(allowed: Tensor) -> list[Ints]:
    """Rows of each label."""
    _, label = allowed.unique(dim=0, return_inverse=True)
    return [np.flatnonzero(label.numpy() == kind) for kind in range(int(label.max()) + 1)]
