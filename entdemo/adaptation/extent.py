"""How much there is to do where weights learn in full, and whether it can be done here.

Nothing of the extra "train" is needed to tell.
"""

from __future__ import annotations

from pathlib import Path

import torch

from entdemo.adaptation.drawn import drawn_count
from entdemo.adaptation.judge import FOLDS
from entdemo.errors import AdaptationError
from entdemo.model.adapter import MAX_RANK, read_adapter_config
from entdemo.model.base import is_hybrid

RANK = 8
FEWER_VIEWS = 4
A_STEP = 2
"""How many views are seen in the time of a training step, about."""
_VIEWS = 6
_MANY = 300
"""Frames from which on fewer views of each are kept."""
_STEPS, _MOST_STEPS, _FRAMES_A_STEP = 40, 120, 12


def views_of(frames: int) -> int:
    """Views that are kept of each of so many frames."""
    return _VIEWS if frames < _MANY else FEWER_VIEWS


def training_steps(frames: int) -> int:
    """Steps that so many frames are trained on."""
    return min(_MOST_STEPS, _STEPS + frames // _FRAMES_A_STEP)


def further_steps(frames: int) -> int:
    """Steps that learning in full tells beside those of learning fast, at most."""
    views = views_of(frames) * frames + FEWER_VIEWS * drawn_count()
    return views + (FOLDS + 1) * A_STEP * training_steps(frames)


def check_trainable(name: str, folder: Path) -> None:
    """Refuse what cannot be trained in full here.

    Args:
        name: of the base.
        folder: of the weights.

    Raises:
        UserError: the base is too large to be trained without a GPU, or its adapter cannot grow.
    """
    if not is_hybrid(name) and not torch.cuda.is_available():
        raise AdaptationError("adapt.full_wants_gpu", name=name)
    rank = read_adapter_config(folder).r
    if rank + RANK > MAX_RANK:
        raise AdaptationError("adapt.full_rank", rank=rank, most=MAX_RANK)
