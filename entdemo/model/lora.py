"""LoRA adapters on the image tower, by PEFT.

Source: Hu et al., "LoRA: Low-rank adaptation of large language models", ICLR 2022. The targets
avoid PEFT's wrapper of ``nn.MultiheadAttention`` as a whole, which applies the output
projection's update twice.
"""

from __future__ import annotations

from pathlib import Path

from open_clip.model import CLIP
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.utils import set_peft_model_state_dict

from entdemo.errors import BundleError
from entdemo.model.adapter import read_adapter_config
from entdemo.model.files import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from entdemo.model.tensors import check_tensors, read_tensors


def lora_config(rank: int, alpha: int) -> LoraConfig:
    """Adapters on both MLP layers and the joint query-key-value projection of each block."""
    return LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=0.0,  # PEFT asks for none with target_parameters
        target_modules=["c_fc", "c_proj"],
        target_parameters=["attn.in_proj_weight"],
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
