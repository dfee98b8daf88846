"""LoRA adapters on the image tower, by PEFT.

Source: Hu et al., "LoRA: Low-rank adaptation of large language models", ICLR 2022. The targets
avoid PEFT's wrapper of ``nn.MultiheadAttention`` as a whole, which applies the output
projection's update twice.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import torch
from open_clip.model import CLIP
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.utils import set_peft_model_state_dict
from torch import Tensor

from entdemo.errors import BundleError
from entdemo.model.adapter import read_adapter_config
from entdemo.model.files import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from entdemo.model.tensors import check_tensors, read_tensors

NEW_SCALE = 2.0
"""Alpha over rank of adapters that are joined to older ones."""
_MODULES = ("c_fc", "c_proj")
_PARAMETERS = ("attn.in_proj_weight",)
_A = ".lora_A."


def lora_config(rank: int, alpha: int) -> LoraConfig:
    """Adapters on both MLP layers and the joint query-key-value projection of each block."""
    return LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=0.0,  # PEFT asks for none with target_parameters
        target_modules=[*_MODULES],
        target_parameters=[*_PARAMETERS],
    )


def add_lora(clip: CLIP, rank: int, alpha: int) -> PeftModel:
    """Wrap ``clip.visual`` with fresh adapters; its other parameters are frozen."""
    model: PeftModel = get_peft_model(clip.visual, lora_config(rank, alpha))
    clip.visual = model
    return model


def load_lora(clip: CLIP, folder: Path) -> PeftModel:
    """Wrap ``clip.visual`` with the adapter in ``folder`` (PEFT's own layout).

    Raises:
        UserError: the config is not plain LoRA, or a tensor is missing, unknown or does not fit.
    """
    config = read_adapter_config(folder)
    try:
        model: PeftModel = get_peft_model(clip.visual, config)
    except ValueError as error:
        reason = "the base model has no such layers"
        raise BundleError(
            "weights.key_invalid", file=ADAPTER_CONFIG, name="target_modules", reason=reason
        ) from error
    state = read_tensors(folder / ADAPTER_WEIGHTS)
    check_tensors(state, get_peft_model_state_dict(model), ADAPTER_WEIGHTS)
    set_peft_model_state_dict(model, state)
    clip.visual = model
    return model


def merge_lora(clip: CLIP) -> None:
    """Fold the adapters into the weights and unwrap ``clip.visual``."""
    if isinstance(clip.visual, PeftModel):
        clip.visual = clip.visual.merge_and_unload()


def save_adapter(visual: PeftModel, folder: Path) -> None:
    """Write the adapter of an image tower in PEFT's own layout, with its lists in one order.

    PEFT writes sets in an order that changes by process.
    """
    visual.save_pretrained(str(folder))
    file = folder / ADAPTER_CONFIG
    config = json.loads(file.read_text("utf-8"))
    ordered = {key: sorted(it) if isinstance(it, list) else it for key, it in config.items()}
    file.write_text(json.dumps(ordered, indent=2, sort_keys=True), "utf-8")


def save_joined_adapter(clip: CLIP, old: Path, new: dict[str, Tensor], folder: Path) -> None:
    """Write one adapter that does what two do, learned one after the other from the same base.

    Their ranks add up: a block of each matrix is the old adapter's, the other one the new one's.

    Args:
        clip: its image tower has no adapter; only its shapes matter.
        old: folder of the first adapter.
        new: the second one by PEFT's names, of ``lora_config``'s kind.
        folder: where it is written.
    """
    first = read_adapter_config(old)
    rank = next(value.shape[0] for name, value in new.items() if _A in name)
    joined = lora_config(first.r + rank, first.r + rank)  # so that nothing is scaled any more
    joined.target_modules = sorted({*_MODULES, *(first.target_modules or ())})
    joined.target_parameters = sorted({*_PARAMETERS, *(first.target_parameters or ())})
    model: PeftModel = get_peft_model(copy.deepcopy(clip.visual), joined)
    state = {name: torch.zeros_like(it) for name, it in get_peft_model_state_dict(model).items()}
    scale = first.lora_alpha / (first.r**0.5 if first.use_rslora else first.r)
    parts = (
        (read_tensors(old / ADAPTER_WEIGHTS), slice(0, first.r), scale),
        (new, slice(first.r, None), NEW_SCALE),
    )
    for tensors, ranks, factor in parts:
        for name, value in tensors.items():
            if _A in name:
                state[name][ranks] = value
            else:
                state[name][:, ranks] = value * factor
    set_peft_model_state_dict(model, state)
    save_adapter(model, folder)
