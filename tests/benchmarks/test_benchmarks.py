"""What the benchmark's rows and the capacity plan state follows from their numbers."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.bench_frame import encoder_flops, encoder_job
from benchmarks.bench_models import VIEWS, rates_around
from benchmarks.bench_rows import Effort, Row, medians
from benchmarks.bench_vectors import embedding_like, intrinsic_dimension
from benchmarks.capacity import Figures, plan, size
from entdemo.predictor import Predictor
from entdemo.settings import ROOT

FIGURES = Figures(
    frame_bytes=20e3, vector_bytes=2_000, graph_bytes=2_000, case_bytes=1_000, rate=10,
    memory=50e9, cores=16, core_price=0.05, disk_price=0.1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (Row("a", 1.1, "at most", 1.15), True),
        (Row("a", 1.2, "at most", 1.15), False),
        (Row("a", 3.0, "at least", 3.0), True),
        (Row("a", 2.9, "at least", 3.0), False),
        (Row("a", None, "at least", 3.0), None),
        (Row("a", 2.9), None),
    ],
)
def test_a_row_holds_on_its_side_of_the_limit(row: Row, holds: bool | None) -> None:
    assert row.holds is holds
    assert row.to_json()["holds"] is holds


def test_tasks_take_turns_each_after_a_run_that_is_not_counted() -> None:
    order: list[str] = []
    found = medians({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "a", "b", "b"] * 3
    assert found.keys() == {"a", "b"}
    assert all(0 <= seconds < 1 for seconds in found.values())


@pytest.mark.parametrize("script", ["adapting", "gates", "half_view", "verdicts"])
def test_a_script_tells_in_one_line_what_stops_it(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [f"benchmarks.{script}", str(tmp_path / "none")]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.setattr(Predictor, "open", lambda: None)
    monkeypatch.setattr("logging.disable", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "benchmarks" / f"{script}.py"), run_name="__main__")
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert str(tmp_path / "none") in told
    assert len(told.splitlines()) == 1


def test_the_bare_encoder_is_timed_on_what_an_answer_encodes() -> None:
    """A frame and its mirror image, of which an ingest encodes the frame alone."""
    seen: list[int] = []

    def encode_frames(pixels: torch.Tensor) -> torch.Tensor:
        seen.append(len(pixels))
        return pixels @ torch.ones(8, 1)

    model = SimpleNamespace(encode_frames=encode_frames)
    preprocess = SimpleNamespace(image_size=8)
    bundle = SimpleNamespace(model=model, preprocess=preprocess)
    predictor: Any = SimpleNamespace(engine=SimpleNamespace(graph=None), bundle=bundle)
    encoder_job(predictor)()
    assert encoder_flops(predictor) == 2 * 2 * 3 * 8 * 8
    assert seen == [2, 2]
    seen.clear()
    for views in (1, VIEWS):
        with rates_around(predictor, 5, Effort(quick=True), views):
            pass
    assert set(seen) == {5, 10}


def test_vectors_lie_near_a_sheet_of_few_dimensions() -> None:
    vectors, queries = embedding_like(3_000, 64, 1)
    assert vectors.shape == (3_000, 64)
    assert queries.shape == (200, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, embedding_like(3_000, 64, 1)[0])
    scattered = np.random.default_rng(0).normal(size=(3_000, 64)).astype(np.float32)
    scattered /= np.linalg.norm(scattered, axis=1, keepdims=True)
    assert intrinsic_dimension(vectors) < intrinsic_dimension(scattered) / 2


def test_the_plan_follows_its_formulae() -> None:
    found = plan(10_000_000, FIGURES)
    assert found.memory_gb == pytest.approx(50)
    assert found.machines == 1
    assert plan(10_000_001, FIGURES).machines == 2
    assert found.ingest_hours == pytest.approx(1e7 / 10 / 3600)
    assert found.ingest_cost == pytest.approx(1e7 / 10 / 3600 * 0.05)
    assert found.month_cost == pytest.approx(16 * 0.05 * 730 + 240 * 0.1)
    assert [size(value) for value in (0.18, 18, 1_800)] == ["180 MB", "18 GB", "1.8 TB"]
