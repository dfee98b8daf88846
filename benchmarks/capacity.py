"""The capacity plan of ``docs/scale.md``: ``python -m benchmarks.capacity`` prints its table.

All is computed from a few measured figures; give your own machine's with the options.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated

import typer

from entdemo.boundary import guarded

SIZES = tuple(10**power for power in range(4, 10))
HEADER = (
    "frames", "frames on disk", "vectors", "in memory", "machines to search", "ingest, core hours",
    "ingest, cost", "serving a month, cost",
)  # fmt: skip

_GB = 1e9
_HOURS_A_MONTH = 730


@dataclass(frozen=True)
class Figures:
    """What the plan is computed from.

    Attributes:
        frame_bytes: a stored JPEG.
        vector_bytes: 4 times the length of a vector.
        graph_bytes: a vector's copy, links and label in the HNSW graph.
        case_bytes: a case's words and bookkeeping in memory.
        rate: frames that a core takes in each second.
        memory: bytes of a machine that the index may use.
        cores: of a machine.
        core_price: of an hour of a core with its memory.
        disk_price: of a gigabyte and month.
    """

    frame_bytes: float
    vector_bytes: float
    graph_bytes: float
    case_bytes: float
    rate: float
    memory: float
    cores: int
    core_price: float
    disk_price: float


@dataclass(frozen=True)
class Plan:
    """What a number of frames takes."""

    disk_gb: float
    vectors_gb: float
    memory_gb: float
    machines: int
    ingest_hours: float
    ingest_cost: float
    month_cost: float


def plan(frames: int, figures: Figures) -> Plan:
    """The formulae of ``docs/scale.md``."""
    memory = frames * (figures.vector_bytes + figures.graph_bytes + figures.case_bytes)
    disk = frames * (figures.frame_bytes + figures.vector_bytes + figures.graph_bytes)
    machines = max(1, ceil(memory / figures.memory))
    hours = frames / figures.rate / 3600
    month = machines * figures.cores * figures.core_price * _HOURS_A_MONTH
    return Plan(
        disk_gb=frames * figures.frame_bytes / _GB,
        vectors_gb=frames * figures.vector_bytes / _GB,
        memory_gb=memory / _GB,
        machines=machines,
        ingest_hours=hours,
        ingest_cost=hours * figures.core_price,
        month_cost=month + disk / _GB * figures.disk_price,
    )


def cells(frames: int, found: Plan) -> tuple[str, ...]:
    """A row of the table."""
    return (
        f"{frames:,}", size(found.disk_gb), size(found.vectors_gb), size(found.memory_gb),
        str(found.machines), f"{found.ingest_hours:,.1f}", f"{found.ingest_cost:,.2f}",
        f"{found.month_cost:,.0f}",
    )  # fmt: skip


def size(gigabytes: float) -> str:
    """With the unit that reads best."""
    if gigabytes >= 1_000:
        return f"{gigabytes / 1_000:.3g} TB"
    return f"{gigabytes:.3g} GB" if gigabytes >= 1 else f"{gigabytes * 1_000:.3g} MB"


def main(
    rate: Annotated[float, typer.Option(help="Frames a second that one core takes in.")],
    frame_kb: Annotated[float, typer.Option(help="Size of a stored frame in kB.")] = 18,
    dim: Annotated[int, typer.Option(help="Length of a vector.")] = 512,
    memory_gb: Annotated[float, typer.Option(help="Memory of a machine for the index.")] = 56,
    cores: Annotated[int, typer.Option(help="Cores of a machine.")] = 16,
    core_price: Annotated[float, typer.Option(help="Of a core with its memory, an hour.")] = 0.04,
    disk_price: Annotated[float, typer.Option(help="Of a gigabyte, a month.")] = 0.10,
) -> None:
    """Print the plan as Markdown."""
    figures = Figures(
        frame_bytes=frame_kb * 1e3,
        vector_bytes=4 * dim,
        graph_bytes=4 * dim + 160,
        case_bytes=1_500,
        rate=rate,
        memory=memory_gb * _GB,
        cores=cores,
        core_price=core_price,
        disk_price=disk_price,
    )
    lines = [HEADER, tuple("--:" for _ in HEADER)]
    lines += [cells(frames, plan(frames, figures)) for frames in SIZES]
    for line in lines:
        typer.echo("| " + " | ".join(line) + " |")


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
