"""Time and memory are those of the command, which gets as many frames as are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import adapting_cost as module
from benchmarks.adapting_cost import Cost, Learned, cost_of, measured


def test_memory_is_the_commands_peak() -> None:
    """Memory of the process that starts it counts as well, until it runs."""
    large = cost_of([sys.executable, "-c", "held = b'x' * (256 << 20)"])
    assert large.peak_gib >= 0.25
    assert large.seconds > 0
    assert large.processor_seconds > 0


def test_command_that_fails_gives_no_figures() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        cost_of([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_command_learns_from_so_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def cost(command: list[str]) -> Cost:
        own = Path(command[4])
        seen.extend([command[3], command[-1], str(len(list(own.rglob("*.jpg"))))])
        return Cost(1, 1, 1)

    monkeypatch.setattr(module, "cost_of", cost)
    assert measured(3, Learned.FULL) == Cost(1, 1, 1)
    assert seen == ["adapt", "--full", "3"]
