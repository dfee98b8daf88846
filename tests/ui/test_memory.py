"""The allocator is told to stay small, where there is one that can be told."""

from __future__ import annotations

import ctypes
import sys
import threading
from types import SimpleNamespace

import pytest

from entdemo.ui import memory


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_free_pages_are_returned_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told, twice = [], threading.Event()

    def trim(pad: int) -> None:
        told.append(("trim", pad))
        if len(told) > 2:
            twice.set()

    libc = SimpleNamespace(mallopt=lambda *it: told.append(it), malloc_trim=trim)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: libc)
    monkeypatch.setattr(memory, "_TRIM_EVERY_S", 0.01)
    assert memory.keep_memory_flat()
    assert twice.wait(10)
    assert told[:3] == [(-8, 2), ("trim", 0), ("trim", 0)]


def test_another_allocator_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    assert not memory.keep_memory_flat()
