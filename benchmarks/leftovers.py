"""What of visitors lies on the disk after the app was ended amid their requests?

``python -m benchmarks.leftovers [--kills 25] [--terms 25]`` serves the shipped weights and gallery
on loopback again and again, in a copy of this process each time. Visitors hand in frames and clips,
some of which never end; at a random moment the app is killed (SIGKILL) or asked to end (SIGTERM).
Files are counted at that moment, after the end, and once the next start answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.bench_http import free_port
from benchmarks.child import started
from benchmarks.visitor import Ledger, Server, Visitor
from benchmarks.visitors import page_events, wait_until_it_answers
from entdemo.boundary import guarded
from entdemo.gallery.cases import read_cases
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS
from entdemo.ui import serve

_VISITORS = 6
_UNENDING = 4
_LATEST_S = 8.0
_PATIENCE_S = 60.0
_PART = b"x" * 65_536
_FORM = "multipart/form-data; boundary=flood"
_FILE = b'--flood\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'


@dataclass
class Tally:
    """What was found of a way to end the app.

    Attributes:
        name: of the signal.
        at_end: files of visitors on the disk when it was sent, each time.
        after_end: once the process was gone.
        after_start: once the next one answered.
        answered: frames and descriptions that were answered in all.
        stubborn: how often the process did not end in time.
    """

    name: str
    at_end: list[int] = field(default_factory=list)
    after_end: list[int] = field(default_factory=list)
    after_start: list[int] = field(default_factory=list)
    answered: int = 0
    stubborn: int = 0


def serve_here(folder: Path, port: int) -> None:
    """Serve the app until this process ends; whatever it writes of visitors goes to ``folder``."""
    os.environ |= {
        "ENTDEMO_WEIGHTS": str(DEFAULT_WEIGHTS),
        "ENTDEMO_GALLERY": str(DEFAULT_GALLERY),
        "ENTDEMO_PORT": str(port),
        "GRADIO_TEMP_DIR": str(folder),
        "TMPDIR": str(folder),
    }
    tempfile.tempdir = None
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        serve.main()


async def _unending(url: str, path: str, kind: str, start: bytes, address: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield start
        while True:
            yield _PART
            await asyncio.sleep(0.1)

    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(base_url=url, transport=transport, timeout=60) as client:
        with suppress(httpx.HTTPError):
            await client.post(path, content=body(), headers={"Content-Type": kind})


async def load_until_ended(server: Server, seconds: float, sign: signal.Signals) -> tuple[int, int]:
    """Let visitors in and send the signal after so long; files on the disk then, and answers."""
    events = await page_events(server.url)
    cases = read_cases((DEFAULT_GALLERY / "cases.csv").read_bytes())
    ledger, until = Ledger(), time.monotonic() + seconds + 1
    tasks = [
        Visitor(number, server, cases[number::_VISITORS], ledger, events).stay(until)
        for number in range(_VISITORS)
    ]
    for number in range(_UNENDING):
        address = f"127.0.0.{200 + number}"
        tasks.append(_unending(server.url, "/gradio_api/upload", _FORM, _FILE, address))
        tasks.append(_unending(server.url, "/clip", "application/octet-stream", b"", address))
    running = [asyncio.ensure_future(task) for task in tasks]
    await asyncio.sleep(seconds)
    there = server.files_left()
    os.kill(server.pid, sign)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return there, sum(map(len, ledger.times_ms.values()))


def ended_in_time(pid: int) -> bool:
    """Wait for a process that was asked to end; whether it did by itself."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def measure(kills: int, terms: int, seed: int, folder: Path) -> list[Tally]:
    """End the app so often in a random order at random moments."""
    rng = random.Random(seed)
    tallies = {sign: Tally(sign.name) for sign in (signal.SIGKILL, signal.SIGTERM)}
    signs = [signal.SIGKILL] * kills + [signal.SIGTERM] * terms
    rng.shuffle(signs)
    before: Tally | None = None
    for sign in [*signs, None]:
        port = free_port()
        pid = started(lambda port=port: serve_here(folder, port))  # type: ignore[misc]
        server = Server(f"http://127.0.0.1:{port}", pid, folder)
        asyncio.run(wait_until_it_answers(server.url))
        if before is not None:
            before.after_start.append(server.files_left())
        tally = tallies[sign or signal.SIGKILL]
        if sign is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            break
        seconds = rng.uniform(0.5, _LATEST_S)
        there, answered = asyncio.run(load_until_ended(server, seconds, sign))
        tally.stubborn += not ended_in_time(pid)
        tally.at_end.append(there)
        tally.after_end.append(server.files_left())
        tally.answered += answered
        before = tally
    return list(tallies.values())


def show(tallies: list[Tally]) -> None:
    """The tallies for people."""
    columns = ("signal", "times", "files then (median)", "after the end", "after the next start")
    table = Table(*columns, "answers", "did not end")
    for it in tallies:
        if it.at_end:
            figures = (
                len(it.at_end), f"{median(it.at_end):.0f}", sum(it.after_end), sum(it.after_start),
                it.answered, it.stubborn,
            )  # fmt: skip
            table.add_row(it.name, *map(str, figures))
    Console().print(table)


def main(
    kills: Annotated[int, typer.Option(min=0, help="how often it is killed")] = 25,
    terms: Annotated[int, typer.Option(min=0, help="how often it is asked to end")] = 25,
    seed: Annotated[int, typer.Option(help="of the moments")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Measure; exit code 1 if a visitor's file was there after a start, or after SIGTERM."""
    with tempfile.TemporaryDirectory() as folder:
        tallies = measure(kills, terms, seed, Path(folder))
    print(json.dumps([asdict(it) for it in tallies])) if as_json else show(tallies)
    after_term = sum(it.stubborn + sum(it.after_end) for it in tallies if it.name == "SIGTERM")
    if after_term or any(sum(it.after_start) for it in tallies):
        raise typer.Exit(1)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
