"""An EfficientNet-Lite0 alone, without tower and texts: what a plain classifier makes of frames."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import numpy as np
import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from entdemo.model.preprocess import preprocess_of
from entdemo.model.stem import imagenet_weights
from entdemo.taxonomy import CLASSES, MIRRORED
from entdemo.training.augment import Augment
from entdemo.training.config import AugmentConfig
from entdemo.training.data import FrameSet

HYBRID = "entclip-lite0-128"
BATCH = 32
_FROZEN_BLOCKS = 2
_WARMUP = 10
_STRONG = AugmentConfig(disc_crop=0.1, light=0.15, glare=0.4)
PREPROCESS = preprocess_of(HYBRID)

Views = tuple[Tensor, Tensor, Tensor]
"""Degraded and clean pixels [B, 3, S, S], normalised, and labels [B]."""


class Lite0(nn.Module):
    """Lite0 with its ImageNet weights and a linear layer for the seven classes."""

    def __init__(self) -> None:
        super().__init__()
        self.body = timm.create_model("tf_efficientnet_lite0", pretrained=False)
        self.body.load_state_dict(imagenet_weights())
        self.body.reset_classifier(0)
        self.classify = nn.Linear(self.body.num_features, len(CLASSES))
        early = (self.body.conv_stem, self.body.bn1, *self.body.blocks[:_FROZEN_BLOCKS])
        for module in early:  # as in the shipped stem
            module.requires_grad_(False)

    def features(self, pixels: Tensor) -> Tensor:
        """[B, 3, S, S] normalised -> [B, 1280]."""
        found: Tensor = self.body(pixels.contiguous(memory_format=torch.channels_last))
        return found

    def train(self, mode: bool = True) -> Lite0:
        """Batch norm keeps its ImageNet statistics, as in the shipped stem."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self


def views(frames: FrameSet, size: int, steps: int, seed: int) -> Iterator[Views]:
    """Batches under strong augmentation; every second frame is mirrored with its label."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    augment = Augment(size, _STRONG)
    for _ in range(steps):
        chosen = rng.integers(len(frames), size=BATCH)
        flipped = rng.random(BATCH) < 0.5
        squares = frames.squares[chosen]
        squares[flipped] = squares[flipped, :, ::-1]
        labels = np.where(flipped, np.take(MIRRORED, frames.labels[chosen]), frames.labels[chosen])
        degraded, clean = augment(torch.from_numpy(squares).permute(0, 3, 1, 2))
        yield PREPROCESS.normalise(degraded), PREPROCESS.normalise(clean), torch.from_numpy(labels)


def descend(
    parameters: list[nn.Parameter], lr: float, steps: int, losses: Iterator[Tensor]
) -> None:
    """AdamW with a short warm-up and a cosine; ``losses`` computes one loss a step."""
    optimizer = torch.optim.AdamW(parameters, lr=lr, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lr, total_steps=steps, pct_start=min(0.3, _WARMUP / steps)
    )
    for loss in losses:
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()


def fine_tuned(
    frames: FrameSet,
    size: int,
    steps: int,
    seed: int,
    prepare: Callable[[Lite0], None] | None = None,
) -> Lite0:
    """Train all of a Lite0 on drawn frames, after ``prepare`` has changed it."""
    torch.manual_seed(seed)
    model = Lite0().train()
    if prepare:
        prepare(model)
    losses = (
        functional.cross_entropy(
            model.classify(model.features(degraded)), labels, label_smoothing=0.05
        )
        for degraded, _, labels in views(frames, size, steps, seed)
    )
    descend(list(model.parameters()), 6e-4, steps, losses)
    return model.eval()


def denoise(model: Lite0, frames: FrameSet, size: int, steps: int, seed: int) -> None:
    """Without labels: give a degraded frame the features that ImageNet gives the clean one."""
    teacher = copy.deepcopy(model).eval()
    losses = (
        1 - functional.cosine_similarity(model.features(degraded), _target(teacher, clean)).mean()
        for degraded, clean, _ in views(frames, size, steps, seed)
    )
    descend(list(model.body.parameters()), 3e-4, steps, losses)


def _target(teacher: Lite0, clean: Tensor) -> Tensor:
    with torch.no_grad():
        return teacher.features(clean)
