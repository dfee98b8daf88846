"""CLIP bases by name: open_clip's own models and the small hybrid CLIP of this project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.model import CLIP
from torch import Tensor

from entdemo.errors import UserError
from entdemo.model.stem import Lite0Stem
from entdemo.model.tokenizer import Tokenizer

CONFIGS = Path(__file__).parent / "configs"
HYBRID_PREFIX = "entclip-lite0"
PAPER_BASE = "ViT-B-16-quickgelu"

open_clip.add_model_config(CONFIGS)

Tokenize = Callable[[list[str]], Tensor]


@dataclass(frozen=True)
class BaseShape:
    """Sizes of a base, from its JSON config."""

    image_size: int
    width: int
    layers: int
    embed_dim: int
    context_length: int
    vocab_size: int


def base_shape(name: str) -> BaseShape:
    """Sizes of the open_clip model ``name``.

    Raises:
        UserError: no model of that name is known.
    """
    config: dict[str, Any] | None = open_clip.get_model_config(name)
    if config is None:
        raise UserError("weights.unknown_base", name=name)
    vision, text = config["vision_cfg"], config["text_cfg"]
    return BaseShape(
        image_size=vision["image_size"],
        width=vision["width"],
        layers=vision["layers"],
        embed_dim=config["embed_dim"],
        context_length=text["context_length"],
        vocab_size=text["vocab_size"],
    )


def is_hybrid(name: str) -> bool:
    """Whether ``name`` is the small CLIP with the EfficientNet-Lite0 stem."""
    return name.startswith(HYBRID_PREFIX)


def create_base(name: str, pretrained: str | None = None) -> CLIP:
    """Build a CLIP model in fp32 on the CPU, with random weights or those of a Hub tag.

    Args:
        name: an open_clip model name.
        pretrained: an open_clip tag, fetched from the Hub, or None for random weights.

    Raises:
        UserError: unknown name, or the tag's weights cannot be fetched.
    """
    shape = base_shape(name)
    try:
        model: CLIP = open_clip.create_model(name, pretrained=pretrained, device="cpu")
    except (OSError, RuntimeError) as error:
        raise UserError("weights.base_unreachable", name=name, tag=pretrained) from error
    if is_hybrid(name):
        model.visual.conv1 = Lite0Stem(shape.width)
    return model


def create_tokenizer(name: str, file: Path | None = None) -> Tokenize:
    """The tokenizer that belongs to a base: [B] strings -> int64 [B, context_length].

    Args:
        name: an open_clip model name.
        file: the trained ``tokenizer.json`` of a hybrid base.
    """
    shape = base_shape(name)
    if is_hybrid(name):
        if file is None:
            raise UserError("weights.file_missing", name="tokenizer.json")
        return Tokenizer.load(file, shape.context_length, shape.vocab_size)
    return _english_tokenizer(name)


def _english_tokenizer(name: str) -> Tokenize:
    """OpenAI CLIP's tokenizer behind the ENT glossary: that text tower knows no Vietnamese."""
    from entdemo.model.wording import to_english

    inner = open_clip.get_tokenizer(name)

    def tokenize(texts: list[str]) -> Tensor:
        tokens: Tensor = inner([to_english(text) for text in texts])
        return tokens.to(torch.int64)

    return tokenize
