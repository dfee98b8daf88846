"""``bench``: how fast everything is on this machine, as ratios."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from entdemo.cli.output import Json, err, out, print_json
from entdemo.cli.parts import from_checkout


class Part(StrEnum):
    """What can be measured alone: a full run takes an hour where a frame takes half a second."""

    START = "start"
    FRAME = "frame"
    CLIENTS = "clients"
    INGEST = "ingest"
    PRECISION = "precision"
    SEARCH = "search"


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
    report = from_checkout("benchmarks.bench", "bench", "bench").measure(
        quick, only or list(Part), lambda part: err.print(f"measuring: {part}", style="dim")
    )
    if json:
        print_json(report.to_json())
    else:
        out.print(report.table())
