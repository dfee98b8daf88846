"""``bench``: how fast everything is on this machine, as ratios."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from entdemo.cli.output import Json, err, out, print_json, rows
from entdemo.errors import MissingPartError

if TYPE_CHECKING:
    from benchmarks.bench import Report
    from benchmarks.bench_rows import Row


class Part(StrEnum):
    """What can be measured alone: a full run takes an hour where a frame takes half a second."""

    START = "start"
    FRAME = "frame"
    CLIENTS = "clients"
    INGEST = "ingest"
    PRECISION = "precision"
    SEARCH = "search"


_SIGNS = {True: "yes", False: "NO", None: "–"}


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="The same rows from fewer repeats, within 45 s.")
    ] = False,
    only: Annotated[
        list[Part] | None, typer.Option("--only", help="A part of the table; more than once.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure frame, web server, ingest and search, each against what it is made of.

    Needs a checkout of the repository and, for other libraries' rows, the extra "bench". A full
    run takes half an hour to an hour; it keeps the graph of a million vectors under runs/bench.
    """
    try:
        from benchmarks.bench import measure
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("benchmarks"):
            raise MissingPartError("bench.no_checkout") from error
        raise MissingPartError("bench.package_missing", name=error.name) from error
    report = measure(
        quick, only or list(Part), lambda part: err.print(f"measuring: {part}", style="dim")
    )
    if json:
        print_json(report.to_json())
    else:
        _print(report)


def _print(report: Report) -> None:
    title = (
        f"{report.processor}, {report.threads} threads, {report.precision}, "
        f"torch {report.torch}, {report.seconds:.0f} s"
    )
    columns = ["ratio", "value", "wanted", "holds", "from"]
    out.print(rows(title, columns, [_cells(row) for row in report.rows]))


def _cells(row: Row) -> list[str]:
    value = "–" if row.value is None else f"{row.value:.4g}"
    wanted = "–" if row.limit is None else f"{row.bound} {row.limit:g}"
    return [row.name, value, wanted, _SIGNS[row.holds], row.detail]
