"""Small settings, and material of a few random frames, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.fixtures.bundle import NAME
from entdemo.model.fusion import class_prototypes
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.taxonomy import CLASSES, MIRRORED
from research.ablation.config import AblationConfig
from research.ablation.material import Frames, Material, Texts

DIMS = 256


def settings(**changes: Any) -> AblationConfig:
    """One step of two looks a class."""
    values: dict[str, Any] = {
        "seeds": (0, 1),
        "shots": 2,
        "low_data": (1,),
        "domain": {
            "train_seed": 31,
            "validation": {"n": 7, "seed": 32},
            "test": {"n": 14, "seed": 33},
            "views": 4,
        },
        "stage": {"trains": "lora", "steps": 2, "batch_size": 14, "warmup": 1, "ema": 0.5},
        "runs": Path("nowhere"),
    }
    return AblationConfig.model_validate(values | changes)


def unit(*shape: int) -> Tensor:
    """Random unit vectors."""
    return functional.normalize(torch.randn(*shape), dim=-1)


def frames(n: int, views: int) -> Frames:
    """Frames whose classes take turns and whose stem features tell the frame."""
    labels = torch.arange(n) % len(CLASSES)
    number = torch.arange(n).half().view(n, 1, 1, 1, 1)
    grids = (torch.randn(n, views, 192, 8, 8) * 0.1).half() + number
    return Frames(
        grids=grids,
        clean=grids + 0.5,
        labels=torch.stack([labels, torch.tensor(MIRRORED)[labels]], dim=1),
        tags=torch.zeros(n, dtype=torch.int64),
        captions=unit(n, 2, 2, DIMS),
    )


def material(train: int = 28) -> Material:
    """Random weights, random features."""
    torch.manual_seed(0)
    base = EntClip(EntClipConfig(NAME)).eval()
    base.clip.visual.conv1 = nn.Identity()
    prompts, owner = unit(14, DIMS), torch.arange(14) % 7
    allowed = torch.zeros(20, 7, dtype=torch.bool)
    allowed[:, 0] = True
    prototypes = class_prototypes(prompts, owner, len(CLASSES))
    texts = Texts(prompts, owner, prototypes, unit(20, DIMS), allowed)
    return Material(base, frames(train, 4), frames(7, 2), frames(14, 2), texts)
