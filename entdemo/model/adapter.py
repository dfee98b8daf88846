"""The part of PEFT's ``adapter_config.json`` that is taken from strangers: plain LoRA.

PEFT's other options read further files, import modules by name or match layers by any regular
expression, so a config that uses them is refused.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from peft import LoraConfig
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from entdemo.errors import BundleError, UserError
from entdemo.model.files import ADAPTER_CONFIG

MAX_RANK = 256

_WITHOUT_EFFECT = frozenset(
    {
        *("auto_mapping", "base_model_name_or_path", "eva_config", "inference_mode"),
        *("lora_dropout", "megatron_core", "peft_version", "qalora_group_size", "revision"),
        "task_type",
    }
)
"""Keys that change nothing once an adapter is trained."""

_OFF: tuple[object, ...] = (False, "", {}, [])
"""What a key holds, beside null, that a newer PEFT knows and this adapter does not use."""

_INIT = "init_lora_weights"
_PLAIN_BEGINNINGS = (True, False, "gaussian", "orthogonal", "eva")
"""Others, such as PiSSA, OLoRA, LoftQ and CorDA, take a part out of the base before training: on
the base as it is their adapters mean something else."""

_WHOLE_ATTENTION = "attn"
"""PEFT's wrapper of ``nn.MultiheadAttention`` applies the output projection's update twice."""

Names = Annotated[list[str], Field(max_length=100)]


class _PlainLora(BaseModel):
    model_config = ConfigDict(strict=True)

    peft_type: Literal["LORA"]
    r: Annotated[int, Field(ge=1, le=MAX_RANK)]
    lora_alpha: Annotated[int, Field(ge=1, le=100 * MAX_RANK)]
    target_modules: Names | None = None
    target_parameters: Names | None = None
    use_rslora: bool = False


def read_adapter_config(folder: Path) -> LoraConfig:
    """Read ``adapter_config.json``, without asking the Hub for it as PEFT would.

    Raises:
        UserError: missing, damaged, or more than plain LoRA; it names the key.
    """
    try:
        found = json.loads((folder / ADAPTER_CONFIG).read_text("utf-8"))
    except FileNotFoundError as error:
        raise BundleError("weights.file_missing", name=ADAPTER_CONFIG) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError("weights.unreadable", name=ADAPTER_CONFIG) from error
    if isinstance(found, dict):  # versions of PEFT differ in which keys they write as null
        found = {name: value for name, value in found.items() if value is not None}
    plain = _validated(found)
    if not plain.target_modules and not plain.target_parameters:
        raise BundleError("weights.key_missing", file=ADAPTER_CONFIG, name="target_modules")
    _check_others(found)
    for name in plain.target_modules or ():
        if name.rpartition(".")[2] == _WHOLE_ATTENTION:
            raise _invalid("target_modules", "attention can be adapted by attn.in_proj_weight only")
    return LoraConfig(
        r=plain.r,
        lora_alpha=plain.lora_alpha,
        lora_dropout=0.0,  # PEFT asks for none with target_parameters
        target_modules=plain.target_modules,
        target_parameters=plain.target_parameters,
        use_rslora=plain.use_rslora,
    )


def _validated(found: Any) -> _PlainLora:
    try:
        return _PlainLora.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise BundleError("weights.key_missing", file=ADAPTER_CONFIG, name=name) from error
        raise _invalid(name, first["msg"]) from error


def _check_others(found: dict[str, Any]) -> None:
    """Every other key is off, or has the value that PEFT takes for plain LoRA."""
    if found.get(_INIT, True) not in _PLAIN_BEGINNINGS:
        reason = (
            f"“{found[_INIT]}” changes the base before training; convert the adapter to plain LoRA "
            "with PEFT's save_pretrained(…, path_initial_model_for_weight_conversion=…)"
        )
        raise _invalid(_INIT, reason)
    plain = asdict(LoraConfig(target_modules=["any"]))
    known = _PlainLora.model_fields.keys() | _WITHOUT_EFFECT | {_INIT}
    for name in sorted(found.keys() - known):
        if found[name] in _OFF or found[name] == plain.get(name):
            continue
        if name not in plain:
            raise BundleError("weights.key_unknown", file=ADAPTER_CONFIG, name=name)
        raise _invalid(name, "only plain LoRA is supported")


def _invalid(name: str, reason: str) -> UserError:
    return BundleError("weights.key_invalid", file=ADAPTER_CONFIG, name=name, reason=reason)
