"""The table of speed: every row a ratio of two times from the same run.

``python -m entdemo bench`` prints it; see there for what ``--quick`` leaves out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import torch
from rich.table import Table

from benchmarks.bench_engines import engine_rows
from benchmarks.bench_frame import frame_rows
from benchmarks.bench_http import http_rows, start_rows
from benchmarks.bench_ingest import ingest_rows
from benchmarks.bench_models import paper_predictor, paper_runtime
from benchmarks.bench_open import open_rows
from benchmarks.bench_rows import Effort, Row
from benchmarks.bench_search import search_rows
from entdemo.cli.output import rows as table
from entdemo.inference.device import precision_name, processor_name, use_cores

_BY_PAPER = {"frame", "clients", "ingest"}
"""Parts that time the paper's network."""


@dataclass(frozen=True)
class Report:
    """What was measured, where, and how long it took."""

    processor: str
    threads: int
    precision: str
    torch: str
    seconds: float
    rows: list[Row]

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        rows = [row.to_json() for row in self.rows]
        return {
            "processor": self.processor, "threads": self.threads, "precision": self.precision,
            "torch": self.torch, "seconds": round(self.seconds, 1), "rows": rows,
        }  # fmt: skip

    def table(self) -> Table:
        """For people."""
        title = (
            f"{self.processor}, {self.threads} threads, {self.precision}, "
            f"torch {self.torch}, {self.seconds:.0f} s"
        )
        columns = ["ratio", "value", "wanted", "holds", "from"]
        return table(title, columns, [row.cells() for row in self.rows])


def measure(quick: bool, parts: Collection[str], tell: Callable[[str], None]) -> Report:
    """Measure some parts of the table.

    Args:
        quick: fewer repeats and smaller sizes, the same rows.
        parts: names out of ``start``, ``frame``, ``clients``, ``ingest``, ``precision`` and
            ``search``.
        tell: is told what is measured next.
    """
    start = time.perf_counter()
    use_cores()
    rows = list(_rows(Effort(quick), parts, tell))
    return Report(
        processor=processor_name(),
        threads=torch.get_num_threads(),
        precision=_served() if _BY_PAPER & set(parts) else "precision by row",
        torch=torch.__version__,
        seconds=time.perf_counter() - start,
        rows=rows,
    )


def _served() -> str:
    """What serves the paper's network here."""
    dtype, graph = paper_runtime()
    return f"{graph.precision} by onnxruntime" if graph else precision_name(dtype)


def _rows(effort: Effort, parts: Collection[str], tell: Callable[[str], None]) -> Iterator[Row]:
    predictor = cache(paper_predictor)
    measured: dict[str, Callable[[], Iterator[Row]]] = {
        "start": lambda: start_rows(effort),
        "frame": lambda: frame_rows(predictor(), effort),
        "clients": lambda: http_rows(predictor(), effort),
        "ingest": lambda: ingest_rows(predictor(), effort),
        "precision": lambda: engine_rows(effort),
        "search": lambda: chain(search_rows(effort), open_rows(effort)),
    }
    for name, rows in measured.items():
        if name in parts:
            tell(name)
            yield from rows()
