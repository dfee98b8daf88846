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
from safetensors.torch import load_file

from entdemo.errors import UserError

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"


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
        UserError: a key of the adapter is missing or unknown, or a shape differs.
    """
    config = LoraConfig.from_pretrained(str(folder))
    model: PeftModel = get_peft_model(clip.visual, config)
    state = load_file(folder / ADAPTER_WEIGHTS)
    expected = get_peft_model_state_dict(model)
    _check_keys(set(expected), set(state))
    for name, tensor in state.items():
        if tensor.shape != expected[name].shape:
            raise UserError("weights.wrong_shape", name=name)
    set_peft_model_state_dict(model, state)
    clip.visual = model
    return model


def merge_lora(clip: CLIP) -> None:
    """Fold the adapters into the weights and unwrap ``clip.visual``."""
    if isinstance(clip.visual, PeftModel):
        clip.visual = clip.visual.merge_and_unload()


def _check_keys(expected: set[str], found: set[str]) -> None:
    for name in sorted(expected - found):
        raise UserError("weights.key_missing", file=ADAPTER_WEIGHTS, name=name)
    for name in sorted(found - expected):
        raise UserError("weights.key_unknown", file=ADAPTER_WEIGHTS, name=name)
