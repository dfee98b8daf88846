"""A complete small bundle with random weights, for tests."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError

from entdemo.bundle.golden import write_golden
from entdemo.bundle.weights import (
    BASE,
    CARD,
    GOLDEN,
    HEAD,
    INFO,
    TOKENIZER,
    BundleInfo,
    save_half,
    save_head,
    write_info,
)
from entdemo.model.lora import add_lora, merge_lora
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.preprocess import preprocess_of
from entdemo.taxonomy import CLASSES
from entdemo.text.tokenizer import train_bpe

NAME = "entclip-lite0-128"
CARD_TEXT = "---\nlicense: apache-2.0\nlanguage:\n- en\n- vi\n---\n# Test weights\n"


def make_bundle(folder: Path) -> Path:
    """Save a bundle of random weights with a LoRA that is not zero."""
    torch.manual_seed(0)
    folder.mkdir(parents=True)
    model = EntClip(EntClipConfig(NAME)).eval()
    model.clip.load_state_dict(save_half(model.clip.state_dict(), folder / BASE))
    peft = add_lora(model.clip, rank=2, alpha=4)
    with torch.no_grad():
        for name, parameter in peft.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.02)
    peft.save_pretrained(str(folder))
    (folder / CARD).unlink(missing_ok=True)
    merge_lora(model.clip)
    save_head(model, folder / HEAD)
    train_bpe(["a red ear drum", "màng nhĩ đỏ"], 300).save(str(folder / TOKENIZER))
    preprocess = preprocess_of(NAME)
    squares = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 3), dtype=np.uint8)
    write_golden(folder / GOLDEN, model, preprocess, squares)
    (folder / CARD).write_text(CARD_TEXT, "utf-8")
    (folder / "log.csv").write_text("stage,step,name,value\n", "utf-8")
    write_info(folder, info_values())
    return folder


def info_values() -> dict[str, Any]:
    """What the training run states in ``entdemo.json``."""
    preprocess = preprocess_of(NAME)
    return {
        "name": "test-weights",
        "base": {"name": NAME, "pretrained": None},
        "fusion": {"levels": (3, 6, 9, 12), "slerp_join": True},
        "classes": CLASSES,
        "prompts": {name: {"en": (name,), "vi": (name,)} for name in CLASSES},
        "calibration": {"frame_temperature": 1.0, "text_temperature": 1.0, "unlikeness": None},
        "ood": {"threshold": 2.0},
        "preprocess": {
            "image_size": preprocess.image_size,
            "mean": preprocess.mean,
            "std": preprocess.std,
        },
        "training": {},
        "metrics": {"validation": {"frame_accuracy": 0.123456, "caption_accuracy": 0.5}},
    }


_WRITTEN = ("format", "files", "digest")


def edit_info(folder: Path, **changes: Any) -> None:
    """Overwrite top-level keys of ``entdemo.json``, and its digest as a forger would."""
    values = {**json.loads((folder / INFO).read_text("utf-8")), **changes}
    with suppress(ValidationError):
        values["digest"] = BundleInfo.model_validate(values).content_digest
    (folder / INFO).write_text(json.dumps(values), "utf-8")


def restate_hashes(folder: Path) -> None:
    """Make ``entdemo.json`` agree with files that a test has changed."""
    values = json.loads((folder / INFO).read_text("utf-8"))
    write_info(folder, {key: value for key, value in values.items() if key not in _WRITTEN})
