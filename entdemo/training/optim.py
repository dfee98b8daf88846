"""What a stage trains, how fast, and on which schedule."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from torch import Tensor

from entdemo.model.lora import add_lora
from entdemo.model.network import EntClip
from entdemo.model.stem import Lite0Stem
from entdemo.training.config import ModelConfig, StageConfig

MAX_SCALE = 100.0
"""Largest inverse temperature of the contrast, as in CLIP."""

_FROZEN_STAGES = 3
"""Early stages of a pretrained stem that stay as they are: edges and textures, costly to train."""


def prepare_parameters(model: EntClip, config: ModelConfig, stage: StageConfig) -> None:
    """Freeze ``model`` as the stage asks; adapters are added where the stage trains them.

    The contrast's temperature starts anew where the stage says so.
    """
    if stage.contrast_scale is not None:
        model.clip.logit_scale.data.fill_(math.log(stage.contrast_scale))
    if stage.trains == "lora":
        model.clip.requires_grad_(False)
        add_lora(model.clip, config.lora_rank, config.lora_alpha)
        return
    model.clip.requires_grad_(True)
    if isinstance(model.clip.visual.conv1, Lite0Stem):
        stem = model.clip.visual.conv1
        if stage.stem_lr_factor:
            stem.freeze_early(_FROZEN_STAGES)
        else:
            stem.features.requires_grad_(False)


def bound_scale(model: EntClip) -> None:
    """Keep the contrast's learned inverse temperature between 1 and ``MAX_SCALE``.

    Beyond the bound its gradient is zero, and a parameter that drifted there would stay.
    """
    model.clip.logit_scale.data.clamp_(0.0, math.log(MAX_SCALE))


def parameter_groups(model: EntClip, stage: StageConfig) -> list[dict[str, Any]]:
    """Optimiser groups: a slower pretrained stem, no weight decay on vectors and scalars."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = ("conv1.features" in name, parameter.ndim < 2)
            groups.setdefault(key, []).append(parameter)
    return [
        {
            "params": members,
            "lr": stage.lr * (stage.stem_lr_factor if in_stem else 1.0),
            "weight_decay": 0.0 if is_vector else stage.weight_decay,
        }
        for (in_stem, is_vector), members in groups.items()
    ]


def warmup_cosine(warmup: int, steps: int) -> Callable[[int], float]:
    """Learning-rate factor of a step: linear warm-up, then half a cosine down to 2 %."""

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        progress = min(1.0, (step - warmup) / max(1, steps - warmup))
        return 0.02 + 0.49 * (1 + math.cos(math.pi * progress))

    return factor
