"""The GPU's script runs its whole path on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState

from benchmarks.fixtures.bundle import make_bundle
from benchmarks.gpu import MIN_COSINE, Effort, measure, random_frames
from entdemo.bundle.weights import load_bundle


@pytest.fixture(autouse=True)
def own_accelerator() -> Iterator[None]:
    """The state of accelerate is one a process; training in another test may have set it."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


def test_the_path_runs_on_the_cpu(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "weights")
    effort = Effort(batch=2, steps=1, requests=1, compared=2)
    figures = measure(torch.device("cpu"), effort, lambda: load_bundle(folder))
    assert figures.cosine >= MIN_COSINE
    assert figures.step_gib is None
    assert min(figures.step_ms, figures.latency_1_ms, figures.frames_per_s) > 0


def test_frames_differ() -> None:
    assert len({frame.digest for frame in random_frames(20)}) == 20
