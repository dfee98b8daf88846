"""Many visitors at once: is each answered rightly, quickly, and is nothing left of them?

``python -m benchmarks.visitors [--minutes 5] [--visitors 40]`` serves the shipped weights and
gallery on loopback, where each visitor has an address of its own. Visitors open the page, hand in
frames by the page's way and by a program's, describe, and look at pictures, with pauses. Each owns
frames that no other visitor has, and checks that the answer is to its own question.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.visitor import Ledger, Server, Visitor
from entdemo.boundary import guarded
from entdemo.gallery.cases import Case, read_cases
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS, ROOT

SAMPLE_S = 5.0
GONE_WITHIN_S = 240


@contextmanager
def served() -> Iterator[Server]:
    """Run ``app.py`` with folders of its own for uploads and own cases."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as data,
        open(os.devnull, "wb") as nowhere,
    ):
        environment = os.environ | {
            "ENTDEMO_WEIGHTS": str(DEFAULT_WEIGHTS),
            "ENTDEMO_GALLERY": str(DEFAULT_GALLERY),
            "ENTDEMO_DATA": data,
            "ENTDEMO_PORT": str(port),
            "GRADIO_TEMP_DIR": folder,
        }
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere
        )
        try:
            yield Server(f"http://127.0.0.1:{port}", process.pid, Path(folder))
        finally:
            process.terminate()
            process.wait(60)


async def wait_until_it_answers(url: str, seconds: float = 180) -> None:
    """Return once the page is there.

    Raises:
        TimeoutError: if it is not in time.
    """
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url) as client:
        while time.monotonic() < end:
            try:
                (await client.get("/")).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.5)
            else:
                return
    raise TimeoutError(f"{url} did not answer within {seconds} s")


async def page_events(url: str) -> dict[str, int]:
    """Numbers of the page's events by name."""
    async with httpx.AsyncClient(base_url=url) as client:
        config = (await client.get("/config")).raise_for_status().json()
    named: dict[str, int] = {}
    for dependency in config["dependencies"]:
        for _, name in dependency["targets"]:
            named.setdefault(name, dependency["id"])
    return named


async def own_nearest(server: Server, cases: list[Case], events: dict[str, int]) -> list[Case]:
    """Those cases whose frame, handed in, has them as the nearest: one of equal frames."""
    kept = []
    for number, case in enumerate(cases):
        trial = Ledger()
        visitor = Visitor(number % 200, server, [case], trial, events)
        await visitor.act("frame on the page")
        if not trial.faults:
            kept.append(case)
    return kept


async def watch_memory(server: Server, ledger: Ledger) -> None:
    """Note the server's memory for as long as it runs."""
    while True:
        ledger.memory_mb.append(server.memory_mb())
        await asyncio.sleep(SAMPLE_S)


async def load(server: Server, visitors: int, minutes: float) -> tuple[Ledger, float]:
    """Let the visitors in; what happened, and after how many seconds no upload was left."""
    await wait_until_it_answers(server.url)
    events = await page_events(server.url)
    cases = read_cases((DEFAULT_GALLERY / "cases.csv").read_bytes())
    random.Random(0).shuffle(cases)
    own = await own_nearest(server, cases[: 3 * visitors], events)
    ledger = Ledger()
    until = time.monotonic() + 60 * minutes
    watch = asyncio.create_task(watch_memory(server, ledger))
    stays = [
        Visitor(number, server, own[number::visitors], ledger, events).stay(until)
        for number in range(visitors)
    ]
    await asyncio.gather(*stays)
    watch.cancel()
    return ledger, await until_nothing_is_left(server)


async def until_nothing_is_left(server: Server) -> float:
    """Seconds until no upload is on the disk; infinity if some stay too long."""
    start = time.monotonic()
    while server.files_left():
        if time.monotonic() - start > GONE_WITHIN_S:
            return float("inf")
        await asyncio.sleep(1)
    return time.monotonic() - start


def growth(memory_mb: list[float]) -> float:
    """Megabytes that the last third of the time takes more than the middle third, on average."""
    third = len(memory_mb) // 3
    if not third:
        return 0.0
    return float(np.mean(memory_mb[-third:]) - np.mean(memory_mb[third : 2 * third]))


def by_minute(memory_mb: list[float]) -> list[float]:
    """Mean megabytes of each minute."""
    step = round(60 / SAMPLE_S)
    parts = (memory_mb[at : at + step] for at in range(0, len(memory_mb), step))
    return [round(float(np.mean(part)), 1) for part in parts]


def kinds_of(ledger: Ledger) -> dict[str, dict[str, float]]:
    """Number and times of each kind of action."""
    return {
        kind: {
            "n": len(times),
            "p50_ms": float(np.percentile(times, 50)),
            "p95_ms": float(np.percentile(times, 95)),
            "max_ms": max(times),
        }
        for kind, times in sorted(ledger.times_ms.items())
    }


def table_of(kinds: dict[str, dict[str, float]]) -> Table:
    """What ``kinds_of`` gave, for people."""
    table = Table("action", "n", "p50 ms", "p95 ms", "max ms")
    for kind, row in kinds.items():
        figures = (f"{row[key]:.0f}" for key in ("p50_ms", "p95_ms", "max_ms"))
        table.add_row(kind, str(row["n"]), *figures)
    return table


def summary(ledger: Ledger, gone_s: float, minutes: float) -> dict[str, Any]:
    """The figures."""
    kinds = kinds_of(ledger)
    return {
        "minutes": minutes,
        "actions": sum(kind["n"] for kind in kinds.values()),
        "faults": dict(ledger.faults),
        "kinds": kinds,
        "memory_mb": {
            "first": ledger.memory_mb[0],
            "last": ledger.memory_mb[-1],
            "most": max(ledger.memory_mb),
            "growth_in_last_third": growth(ledger.memory_mb),
            "by_minute": by_minute(ledger.memory_mb),
        },
        "uploads_gone_after_s": gone_s,
    }


def show(figures: dict[str, Any]) -> None:
    """The figures for people."""
    console = Console()
    console.print(table_of(figures["kinds"]))
    memory = figures["memory_mb"]
    console.print(
        f"{figures['actions']} actions in {figures['minutes']:g} minutes, faults: "
        f"{figures['faults'] or 'none'}\n"
        f"memory {memory['first']:.0f} MB at first, {memory['last']:.0f} MB at last, growth in the "
        f"last third {memory['growth_in_last_third']:+.1f} MB; by minute {memory['by_minute']}\n"
        f"no upload left after {figures['uploads_gone_after_s']:.0f} s"
    )


def main(
    minutes: Annotated[float, typer.Option(help="how long visitors stay")] = 5,
    visitors: Annotated[int, typer.Option(min=1, max=200, help="how many at once")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Measure; exit code 1 if anything went wrong."""
    with served() as server:
        ledger, gone_s = asyncio.run(load(server, visitors, minutes))
    figures = summary(ledger, gone_s, minutes)
    print(json.dumps(figures)) if as_json else show(figures)
    if figures["faults"] or gone_s == float("inf"):
        raise typer.Exit(1)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
