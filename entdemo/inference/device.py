"""Which device to compute on, in which precision, on how many cores."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import torch
from threadpoolctl import LibController, ThreadpoolController

from entdemo.errors import SettingError
from entdemo.settings import DEVICES

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

_CGROUP = Path("/sys/fs/cgroup")


def pick_device(wanted: str = "auto") -> torch.device:
    """CUDA if there, else MPS, else CPU; or the one that is asked for.

    Of several GPUs each process that ``torchrun`` or ``accelerate`` started gets its own.

    Raises:
        UserError: the wanted device is unknown or not there.
    """
    if not re.match(DEVICES, wanted):
        raise SettingError("setting.device", value=wanted)
    count = {
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
        "cpu": 1,
    }
    if wanted == "auto":
        wanted = next(name for name, there in count.items() if there)
    kind, _, number = wanted.partition(":")
    if int(number or 0) >= count[kind]:
        raise SettingError("device.missing", name=wanted)
    if wanted == "cuda":
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device(wanted)


def pick_precision(device: torch.device, wanted: str = "auto") -> torch.dtype:
    """The half type that a CUDA GPU has, fp32 elsewhere; or the one that is asked for.

    What is fastest on a CPU is measured, see ``inference.fastest``.

    Raises:
        UserError: no such precision, or fp16 on a CPU, which computes it slowly and coarsely.
    """
    if wanted == "auto":
        return _native(device)
    if wanted not in PRECISIONS or (wanted == "fp16" and device.type == "cpu"):
        raise SettingError("device.precision", name=wanted)
    return PRECISIONS[wanted]


def precision_name(dtype: torch.dtype) -> str:
    """As it is set: fp32, bf16 or fp16."""
    return next(name for name, known in PRECISIONS.items() if known == dtype)


def _native(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float16
    return torch.float32


def _cpu_traits() -> dict[str, object]:
    """What torch knows of the processor; older releases do not tell."""
    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return known


def saturates_in_8_bits() -> bool:
    """Whether sums of two products of 8-bit numbers overflow, as on x86 without VNNI."""
    traits = _cpu_traits()
    on_x86 = str(traits.get("architecture") or platform.machine()).lower() in ("x86_64", "amd64")
    return on_x86 and not (traits.get("avx512_vnni") or traits.get("avx_vnni"))


def processor_name() -> str:
    """The CPU's name as it states it, or its kind."""
    return str(_cpu_traits().get("cpu_name") or platform.machine())


def usable_cores() -> int:
    """Physical cores that this process may use: by affinity and by a container's quota, too.

    A second thread on one core does not speed up matrix products, and a container of two cores
    on a machine of 64 would be given 64 threads that wait for each other.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    limits = [allowed or 1, _physical_cores(), _quota()]
    return max(1, min(limit for limit in limits if limit))


def _physical_cores() -> int:
    return int(str(_cpu_traits().get("num_physical_cores", 0)))


def _quota() -> int:
    """Whole cores of a container's quota, 0 where there is none."""
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):  # v2, v1
        try:
            text = " ".join((_CGROUP / name).read_text("ascii") for name in files)
            quota, period = (int(number) for number in text.split())
        except (OSError, ValueError):  # no container, or "max"
            continue
        if quota > 0 and period > 0:
            return max(1, quota // period)
    return 0


def use_cores() -> None:
    """Give the usable cores to torch, or as many as ``OMP_NUM_THREADS`` states; numpy gets one.

    After a product numpy's OpenBLAS keeps its other threads spinning for some 20 ms, which slows
    the network down by more than they speed up the search of a small gallery.
    """
    if not os.environ.get("OMP_NUM_THREADS"):
        torch.set_num_threads(usable_cores())
    for library in numpy_blas():
        library.set_num_threads(1)


def numpy_blas() -> list[LibController]:
    """OpenBLAS as numpy brings it; torch may bring its own, which is left alone."""
    return [
        library
        for library in ThreadpoolController().lib_controllers
        if library.internal_api == "openblas"
        and any(part.startswith("numpy") for part in Path(library.filepath).parts)
    ]


def device_name(device: torch.device) -> str:
    """How the app names the device."""
    if device.type == "cuda":
        return f"GPU ({torch.cuda.get_device_name(device)})"
    return "Apple GPU" if device.type == "mps" else "CPU"
