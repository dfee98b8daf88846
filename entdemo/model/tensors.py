"""Tensors from files that strangers wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from entdemo.errors import BundleError

_READ = frozenset(
    ("F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL")
)
"""Kinds of number that are computed with; not those of 8 bits and fewer with a point."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file.

    Raises:
        UserError: missing, damaged, or of numbers that are not computed with, as float8.
    """
    try:
        with safe_open(path, framework="pt") as file:
            kinds = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
            for name, kind in kinds.items():
                if kind not in _READ:
                    reason = f"numbers of type {kind}"
                    raise BundleError(
                        "weights.key_invalid", file=path.name, name=name, reason=reason
                    )
            return {name: file.get_tensor(name) for name in kinds}
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
