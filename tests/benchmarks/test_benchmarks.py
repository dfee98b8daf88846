"""What the benchmark's rows and the capacity plan state follows from their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bench_rows import Row, medians
from benchmarks.bench_vectors import embedding_like, intrinsic_dimension
from benchmarks.capacity import Figures, plan, size

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
