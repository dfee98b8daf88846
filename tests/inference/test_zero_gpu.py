from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from entdemo.inference.zero_gpu import gpu_task, on_zero_gpu, prepare_zero_gpu


def double(number: int) -> int:
    return 2 * number


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What asked for a GPU on a Space that lends them."""
    asked: list[Any] = []

    def lend(function: Any) -> Any:
        def run(*args: Any) -> Any:
            asked.append(args)
            return function(*args)

        return run

    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=lend))
    return asked


@pytest.mark.parametrize("value", [None, "", "0", "false"])
def test_elsewhere_nothing_changes(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    if value is not None:
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
    monkeypatch.setitem(sys.modules, "spaces", None)
    prepare_zero_gpu()
    assert not on_zero_gpu()
    assert gpu_task(double) is double


def test_a_space_lends_a_gpu_for_each_call(lent: list[Any]) -> None:
    prepare_zero_gpu()
    task = gpu_task(double)
    assert task(4) == 8
    assert lent == [(4,)]
