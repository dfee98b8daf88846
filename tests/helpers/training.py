"""Parts of a training run in miniature: a network, batches, frames, a recipe, a tokenizer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from entdemo.model.fusion import FusionHead
from entdemo.model.network import EncodedFrames
from entdemo.model.preprocess import Preprocess
from entdemo.training.batches import Batch
from entdemo.training.config import TrainConfig
from entdemo.training.data import NO_CAPTION, FrameSet
from entdemo.training.texts import TextBatch

PREPROCESS = Preprocess(32, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
FRAMES = 5
DIM = 6
STEPS = 7


class Small(nn.Module):
    """What a step needs of the network, on 4 x 4 pixels and 4 tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.tower = nn.Linear(48, 4)
        self.words = nn.EmbeddingBag(50, DIM)
        self.head = FusionHead(widths=(4,), embed_dim=DIM, classes=7)
        self.clip = nn.Module()
        self.clip.logit_scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, pixels: Tensor, tokens: Tensor) -> tuple[EncodedFrames, Tensor]:
        return self.encode_frames(pixels), functional.normalize(self.words(tokens), dim=-1)

    def encode_frames(self, pixels: Tensor) -> EncodedFrames:
        embedding, gates, levels = self.head([self.tower(pixels.flatten(1))])
        return EncodedFrames(embedding, gates, pixels.flatten(1), levels)


def batch(seed: int = 0) -> Batch:
    """Uneven in every way: 5 frames, 5 + 2 + 14 texts."""
    torch.manual_seed(seed)
    labels = torch.tensor([0, 1, 1, 6, 0])
    tags = torch.tensor([1, 2, 3, 1, 1])
    none = torch.full((FRAMES,), NO_CAPTION)
    pixels = torch.rand(FRAMES, 3, 4, 4)
    return Batch(
        pixels=pixels,
        labels=labels,
        tags=tags,
        captions=none,
        texts=TextBatch(torch.randint(50, (FRAMES, 4)), labels, tags & 2, none),
        sentence_tokens=torch.randint(50, (2, 4)),
        sentence_classes=torch.tensor([[True] * 2 + [False] * 5, [False] * 6 + [True]]),
        prompt_tokens=torch.randint(50, (14, 4)),
        prompt_owner=torch.arange(7).repeat_interleave(2),
        partners=torch.tensor([4, 2, 1, 3, 0]),
        mix=torch.rand(FRAMES),
        clean=pixels * 0.9,
    )


class Trainable(Small):
    """With the parts of CLIP that a stage looks at."""

    def __init__(self) -> None:
        super().__init__()
        self.clip.visual = nn.Module()
        self.clip.visual.conv1 = nn.Identity()


def small_recipe(folder: Path, **stage: object) -> TrainConfig:
    """A recipe whose first stage has ``STEPS`` steps and further settings ``stage``."""
    common = {"steps": STEPS, "batch_size": 5, "warmup": 2, "lr": 0.05, "ema": 0.5}
    return TrainConfig.model_validate(
        {
            "name": "small",
            "output": folder / "weights",
            "runs": folder / "runs",
            "precision": "no",
            "validate_every": 2,
            "data": {"train": {"n": 7, "seed": 1}, "validation": {"n": 7, "seed": 2}},
            "model": {"base": "entclip-lite0-128"},
            "stages": [{"trains": "base", **common, **stage}, {"trains": "lora", "steps": 1}],
        }
    )


def black_frames(groups: list[str], start: int = 0) -> FrameSet:
    """A frame for each examination; one pixel counts them from ``start``."""
    squares = np.zeros((len(groups), 4, 4, 3), np.uint8)
    squares[:, 0, 0, 0] = np.arange(start, start + len(groups))
    zeros = np.zeros(len(groups), np.int64)
    return FrameSet(squares, zeros, zeros, [""] * len(groups), [""] * len(groups), groups)


def remember(texts: list[str]) -> torch.Tensor:
    """A tokenizer whose rows can be read again."""
    rows = torch.zeros(len(texts), 400, dtype=torch.int64)
    for row, text in zip(rows, texts, strict=True):
        codes = torch.tensor([ord(letter) for letter in text[:400]])
        row[: len(codes)] = codes
    return rows
