"""Names of PEFT's files; apart, so that naming them does not import PEFT."""

from __future__ import annotations

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
