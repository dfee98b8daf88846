"""Weights that a run goes on from, in place of random ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from entdemo.bundle.hub import resolve_weights
from entdemo.bundle.record import sources_of
from entdemo.bundle.weights import Bundle, load_bundle
from entdemo.errors import TrainingError
from entdemo.inference.encoder import encode_texts
from entdemo.model.network import EntClip
from entdemo.training.anchors import FindingAnchors
from entdemo.training.beginning import begin_level
from entdemo.training.config import EntrepSource, PhantomSource, TrainConfig
from entdemo.training.data import FrameSet

_BY_LEVEL = ("norms", "projections", "gates")
"""Modules of the fusion head that each level has one of."""
_GATES = "head.gates."
_CAPTIONS = 4_000
"""Captions, spread over all frames, that finding anchors are placed by."""


def open_start(config: TrainConfig) -> Bundle | None:
    """The weights that a recipe starts from, if it names any; their adapter is merged.

    Raises:
        UserError: they cannot be loaded, are of another shape, or learned from what the recipe
            validates on.
    """
    model = config.model
    if model.start is None:
        return None
    bundle = load_bundle(resolve_weights(model.start))
    info = bundle.info
    known = set(info.fusion.levels) <= set(model.levels)
    if not known or (info.base.name, info.fusion.slerp_join) != (model.base, model.slerp_join):
        raise TrainingError("train.start_shape", name=info.name)
    if any(_reaches_validation(source, config) for source in sources_of(info.training)):
        raise TrainingError("train.start_saw_validation", name=info.name)
    return bundle


def _reaches_validation(source: dict[str, Any], config: TrainConfig) -> bool:
    held = config.data.validation
    if isinstance(held, PhantomSource):
        return "n" in source and source["seed"] == held.seed
    if isinstance(held, EntrepSource) and "validation_share" in source:
        return (source["validation_share"], source["seed"]) != (held.validation_share, held.seed)
    return False


def record_of(start: Bundle) -> dict[str, Any]:
    """What the training record of the new weights says of those it started from."""
    info = start.info
    return {"name": info.name, "digest": info.content_digest, "training": info.training}


def take_over(model: EntClip, start: Bundle) -> None:
    """Give ``model``, which may have finding anchors beside, the weights of ``start``.

    ``model`` may fuse further levels. They see as the base does, and all gates start even again:
    those of ``start`` never saw the new levels.
    """
    state = start.model.state_dict()
    old, new = start.model.config.levels, model.config.levels
    if old != new:
        state = {_renamed(name, old, new): value for name, value in state.items()}
        state = {name: value for name, value in state.items() if not name.startswith(_GATES)}
    model.load_state_dict(state, strict=False)
    for index, level in enumerate(new):
        if level not in old:
            begin_level(model, index)


def _renamed(name: str, old: tuple[int, ...], new: tuple[int, ...]) -> str:
    """``head.norms.0.weight`` with the number that the same level has among ``new``."""
    parts = name.split(".")
    if parts[0] == "head" and parts[1] in _BY_LEVEL:
        parts[2] = str(new.index(old[int(parts[2])]))
    return ".".join(parts)


def place_anchors(anchors: FindingAnchors, start: Bundle, frames: FrameSet) -> None:
    """Start each finding's anchor from the mean of the captions that name it.

    Anchors are no part of a bundle; random ones would pull apart what it has learnt. Those of
    findings without a caption stay random.
    """
    captions = [*frames.captions_en, *frames.captions_vi]
    spread = np.linspace(0, len(captions) - 1, min(_CAPTIONS, len(captions))).astype(int)
    chosen = np.array([at for at in spread if captions[at]], int)
    texts = encode_texts(start.model, start.tokenize, [captions[at] for at in chosen]).embedding
    labels, tags = (
        torch.from_numpy(part[chosen % len(frames)]) for part in (frames.labels, frames.tags)
    )
    sums = anchors.named(labels, tags).float().T @ texts
    found = sums.norm(dim=1) > 0
    anchors.weight.data[found] = functional.normalize(sums[found], dim=1)
