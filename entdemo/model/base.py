"""CLIP bases by name: open_clip's own models and the small hybrid CLIP of this project."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.model import CLIP
from torch import Tensor

from entdemo.errors import BundleError
from entdemo.model.published import fetching
from entdemo.model.stem import Lite0Stem
from entdemo.text.tokenizer import ForeignTokenizerError, Tokenizer

CONFIGS = Path(__file__).parent / "configs"
HYBRID_PREFIX = "entclip-lite0"
PAPER_BASE = "ViT-B-16-quickgelu"

open_clip.add_model_config(CONFIGS)
# open_clip warns of random weights on the root logger, though a bundle fills them right after.
logging.getLogger().addFilter(lambda record: "No pretrained weights loaded" not in str(record.msg))

Tokenize = Callable[[list[str]], Tensor]


_SIZES = {
    "S": ("16", "16-alt", "32", "32-alt"),
    "M": ("16", "16-alt", "32", "32-alt"),
    "B": (
        *("16", "16-plus", "16-plus-240", "16-quickgelu", "32", "32-256", "32-plus-256"),
        "32-quickgelu",
    ),
    "L": ("14", "14-280", "14-336", "14-336-quickgelu", "14-quickgelu", "16", "16-320"),
    "H": ("14", "14-378", "14-378-quickgelu", "14-quickgelu", "16"),
}
BASES = frozenset(
    (f"{HYBRID_PREFIX}-128", *(f"ViT-{size}-{rest}" for size in _SIZES for rest in _SIZES[size]))
)
"""The only models that are built for weights: plain CLIPs of at most 4 GB in memory."""


@dataclass(frozen=True)
class BaseShape:
    """Sizes of a base, from its JSON config."""

    image_size: int
    width: int
    layers: int
    embed_dim: int
    context_length: int
    vocab_size: int
    quick_gelu: bool


def base_shape(name: str) -> BaseShape:
    """Sizes of the open_clip model ``name``.

    Raises:
        UserError: no model of that name is known, or it is no plain CLIP with a ViT.
    """
    if name not in open_clip.list_models():  # "hf-hub:" and "local-dir:" would fetch anything
        raise BundleError("weights.unknown_base", name=name)
    config: dict[str, Any] = open_clip.get_model_config(name)
    trouble = _not_plain(config) or (None if name in BASES else "weights.base_unlisted")
    if trouble:
        raise BundleError("weights.base_refused", name=name, reason=BundleError(trouble))
    vision, text = config["vision_cfg"], config["text_cfg"]
    return BaseShape(
        image_size=vision["image_size"],
        width=vision["width"],
        layers=vision["layers"],
        embed_dim=config["embed_dim"],
        context_length=text["context_length"],
        vocab_size=text["vocab_size"],
        quick_gelu=bool(config.get("quick_gelu")),
    )


_VISION = frozenset(
    ("image_size", "layers", "width", "patch_size", "head_width", "mlp_ratio", "ls_init_value")
)
_TEXT = frozenset(("context_length", "vocab_size", "width", "heads", "layers"))
"""Settings of a plain CLIP; any other changes pooling, masks or tokens."""


def _not_plain(config: dict[str, Any]) -> str | None:
    """Key of the sentence that says why a model is no plain CLIP with a ViT; None if it is one."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    if "multimodal_cfg" in config:
        return "weights.base_decoder"
    if vision.get("timm_model_name"):
        return "weights.base_timm"
    if not isinstance(vision.get("layers"), int):
        return "weights.base_resnet"
    if text.get("hf_model_name") or config.get("custom_text"):
        return "weights.base_text"
    if text.get("hf_tokenizer_name"):
        return "weights.base_tokenizer"
    if not (vision.keys() <= _VISION and text.keys() <= _TEXT):
        return "weights.base_pooling"
    return None


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
        with fetching() if pretrained else nullcontext():
            model: CLIP = open_clip.create_model(name, pretrained=pretrained, device="cpu")
    except (OSError, RuntimeError, ValueError) as error:
        raise BundleError("weights.base_unreachable", name=name, tag=pretrained) from error
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
            raise BundleError("weights.file_missing", name="tokenizer.json")
        return _trained_tokenizer(file, shape)
    return _english_tokenizer(name)


def _trained_tokenizer(file: Path, shape: BaseShape) -> Tokenize:
    try:
        tokenizer = Tokenizer.load(file, shape.context_length, shape.vocab_size)
        ids = tokenizer.bpe.get_vocab().values()
    except ForeignTokenizerError as error:
        named = {"file": file.name, "name": error.key}
        raise BundleError("weights.key_invalid", **named, reason=str(error)) from error
    except Exception as error:  # the tokenizers package raises nothing narrower
        raise BundleError("weights.unreadable", name=file.name) from error
    if max(ids, default=0) >= shape.vocab_size - 2:
        reason = f"the base has {shape.vocab_size} tokens"
        raise BundleError("weights.key_invalid", file=file.name, name="vocab", reason=reason)
    return tokenizer


def _english_tokenizer(name: str) -> Tokenize:
    """OpenAI CLIP's tokenizer behind the ENT glossary: that text tower knows no Vietnamese."""
    from entdemo.text.wording import to_english

    inner = open_clip.get_tokenizer(name)

    def tokenize(texts: list[str]) -> Tensor:
        tokens: Tensor = inner([to_english(text) for text in texts])
        return tokens.to(torch.int64)

    return tokenize
