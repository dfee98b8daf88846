"""Tensors from files that strangers wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from entdemo.errors import BundleError


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file.

    Raises:
        UserError: missing or damaged.
    """
    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise BundleError("weights.file_missing", name=path.name) from error
    except (OSError, SafetensorError) as error:
        raise BundleError("weights.unreadable", name=path.name) from error


def check_tensors(found: Mapping[str, Tensor], expected: Mapping[str, Tensor], file: str) -> None:
    """The same names, shapes and kinds of number, and none that is infinite or no number.

    Raises:
        UserError: naming the first tensor that does not fit.
    """
    for name in sorted(expected.keys() - found.keys()):
        raise BundleError("weights.key_missing", file=file, name=name)
    for name in sorted(found.keys() - expected.keys()):
        raise BundleError("weights.key_unknown", file=file, name=name)
    for name, tensor in found.items():
        if tensor.shape != expected[name].shape:
            raise BundleError("weights.wrong_shape", name=name)
        if _kind(tensor) != _kind(expected[name]):
            reason = f"numbers of type {tensor.dtype}"
            raise BundleError("weights.key_invalid", file=file, name=name, reason=reason)
        if not tensor.isfinite().all():
            reason = "not a finite number"
            raise BundleError("weights.key_invalid", file=file, name=name, reason=reason)


def _kind(tensor: Tensor) -> tuple[bool, bool]:
    return tensor.is_floating_point(), tensor.is_complex()
