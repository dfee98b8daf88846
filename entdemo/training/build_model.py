"""Build the network that a recipe trains."""

from __future__ import annotations

import torch

from entdemo.bundle.weights import Bundle, load_strictly
from entdemo.model.base import is_hybrid
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.stem import load_imagenet_weights
from entdemo.model.tensors import read_tensors
from entdemo.training.anchors import FindingAnchors
from entdemo.training.beginning import begin_as_base
from entdemo.training.config import TrainConfig
from entdemo.training.data import FrameSet
from entdemo.training.start import place_anchors, take_over


def build_model(config: TrainConfig, frames: FrameSet, start: Bundle | None) -> EntClip:
    """Build the network before its first step.

    Args:
        config: the recipe. Random weights follow from its seed; a hybrid base gets a stem trained
            on ImageNet.
        frames: their captions place finding anchors.
        start: weights that take the place of random ones.
    """
    torch.manual_seed(config.seed)
    settings = config.model
    network = EntClipConfig(settings.base, settings.levels, settings.slerp_join)
    model = EntClip(network, settings.tag)
    model.head.level_dropout = settings.level_dropout
    if settings.pretrained_file:
        file = settings.pretrained_file
        load_strictly(model.clip, read_tensors(file), file.name)
    if settings.pretrained:
        begin_as_base(model)
    if start:
        take_over(model, start)
    elif is_hybrid(settings.base):
        load_imagenet_weights(model.clip.visual.conv1)
    if any(terms.findings for terms in config.objectives):
        model.anchors = FindingAnchors(model.shape.embed_dim)
        if start:
            place_anchors(model.anchors, start, frames)
    return model
