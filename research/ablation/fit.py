"""One run: a method learns from a few labelled frames."""

from __future__ import annotations

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from entdemo.model.fusion import FusionHead
from entdemo.model.lora import merge_lora
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.taxonomy import CLASSES
from entdemo.training.config import ModelConfig
from entdemo.training.optim import parameter_groups, prepare_parameters, warmup_cosine
from entdemo.training.weight_averaging import WeightAverage
from research.ablation.batches import Batches
from research.ablation.config import AblationConfig
from research.ablation.losses import Loss
from research.ablation.material import Material
from research.ablation.pretraining import pretrain
from research.ablation.teacher import Teacher
from research.ablation.variants import Variant


def fresh_network(material: Material, variant: Variant, seed: int) -> EntClip:
    """The base with a fresh head, as a variant asks; zero-shot, the prompts are its classes."""
    torch.manual_seed(seed)
    model = copy.deepcopy(material.base)
    shape, levels = model.shape, variant.levels
    model.config = EntClipConfig(model.config.base, levels, variant.source != "fused")
    # The stem is taken out, so level 0 pools the patches that the first block takes.
    widths = [shape.width if level else 2 * shape.width for level in levels]
    model.head = FusionHead(widths, shape.embed_dim, len(CLASSES))
    model.head.prototypes.copy_(material.texts.prototypes)
    if variant.source == "own":  # the slerp ends at CLIP's own vector
        model.head.join_logit = nn.Parameter(torch.tensor(torch.inf), requires_grad=False)
    if variant.learns == "nothing":
        model.head.class_weight.data.copy_(material.texts.prototypes)
    return model


def fit(
    config: AblationConfig,
    material: Material,
    variant: Variant,
    seed: int,
    chosen: NDArray[np.int64],
) -> EntClip:
    """Train a variant.

    Args:
        config: how long and how fast.
        material: what the run starts from.
        variant: the method.
        seed: of first weights and batches; the batches of two variants hold the same frames.
        chosen: int64 [M], training frames to learn from.

    Returns:
        The network in evaluation mode, its adapters merged.
    """
    model = fresh_network(material, variant, seed)
    if variant.learns == "adapters":
        batches = Batches(material.train, material.texts, chosen, config.stage.batch_size)
        _train(model, config, variant, seed, batches, chosen)
        merge_lora(model.clip)
    return model.eval()


def _train(
    model: EntClip,
    config: AblationConfig,
    variant: Variant,
    seed: int,
    batches: Batches,
    chosen: NDArray[np.int64],
) -> None:
    stage = config.stage
    lora = ModelConfig(
        base=model.config.base, lora_rank=config.lora_rank, lora_alpha=config.lora_alpha
    )
    prepare_parameters(model, lora, stage)
    model.train()
    pretrain(model, variant, batches.frames, stage, seed)
    loss = Loss(model, variant)
    groups = [*parameter_groups(model, stage), {"params": [loss.clusters], "lr": stage.lr}]
    optimizer = torch.optim.AdamW(groups)
    schedule = LambdaLR(optimizer, warmup_cosine(stage.warmup, stage.steps))
    average = WeightAverage(model, variant.ema)
    teacher = Teacher(variant, average, batches.frames, chosen, stage.batch_size)
    for step in range(stage.steps):
        loss(batches.at(seed, step)).backward()
        if variant.teacher:
            (variant.teacher * teacher(model, seed, step)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        average.update(model, step)
    average.copy_to(model)
