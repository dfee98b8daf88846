"""Device, precision and threads are chosen from what is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from entdemo.errors import UserError
from entdemo.inference import device

CPU = torch.device("cpu")


@pytest.mark.parametrize(("native", "name"), [(True, "bf16"), (False, "fp16")])
def test_a_gpu_gets_the_half_type_that_it_has(
    monkeypatch: pytest.MonkeyPatch, native: bool, name: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: native)
    chosen = device.pick_precision(torch.device("cuda"))
    assert device.precision_name(chosen) == name


def test_a_precision_can_be_asked_for() -> None:
    assert device.pick_precision(CPU, "fp32") == torch.float32
    assert device.pick_precision(CPU, "bf16") == torch.bfloat16
    assert device.pick_precision(torch.device("cuda"), "fp16") == torch.float16


@pytest.mark.parametrize("name", ["fp16", "int8", ""])
def test_a_precision_that_cannot_be_used_is_named(name: str) -> None:
    with pytest.raises(UserError) as caught:
        device.pick_precision(CPU, name)
    assert f"“{name}”" in str(caught.value)


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "200000 100000"}, 2),
        ({"cpu.max": "50000 100000"}, 1),
        ({"cpu.max": "max 100000"}, 8),
        ({"cpu/cpu.cfs_quota_us": "300000", "cpu/cpu.cfs_period_us": "100000"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 8),
        ({"cpu/cpu.cfs_quota_us": "300000"}, 8),
    ],
)
def test_cores_follow_affinity_and_the_quota_of_a_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, str], cores: int
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text + "\n", "ascii")
    monkeypatch.setattr(device, "_CGROUP", tmp_path)
    monkeypatch.setattr(device, "_cpu_traits", lambda: {"num_physical_cores": 8})
    monkeypatch.setattr(device.os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert device.usable_cores() == cores


def test_threads_that_the_operator_states_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    stated: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", stated.append)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    device.use_cores()
    assert stated == []
    monkeypatch.delenv("OMP_NUM_THREADS")
    device.use_cores()
    assert stated == [device.usable_cores()]


def test_numpy_leaves_the_other_cores_to_torch() -> None:
    before = torch.get_num_threads()
    libraries = device.numpy_blas()
    assert libraries or not sys.platform.startswith("linux")
    for library in libraries:
        library.set_num_threads(2)
    device.use_cores()
    assert [library.num_threads for library in libraries] == [1] * len(libraries)
    torch.set_num_threads(before)
