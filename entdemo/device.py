"""Which device to compute on."""

from __future__ import annotations

import torch

from entdemo.errors import UserError


def pick_device(wanted: str = "auto") -> torch.device:
    """CUDA if there, else MPS, else CPU; or the one that is asked for.

    Raises:
        UserError: the wanted device is unknown or not there.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, there in available.items() if there))
    if not available.get(wanted.split(":")[0], False):
        raise UserError("device.missing", name=wanted)
    return torch.device(wanted)


def device_name(device: torch.device) -> str:
    """How the app names the device."""
    if device.type == "cuda":
        return f"GPU ({torch.cuda.get_device_name(device)})"
    return "Apple GPU" if device.type == "mps" else "CPU"
