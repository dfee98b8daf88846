"""Does any reader of files from outside crash, hang or swallow memory?

``python -m benchmarks.fuzz --minutes 10`` lets Hypothesis spoil whole files of every kind (see
``benchmarks/fixtures/fuzzing.py``) and gives them to their readers, each in a process of its own.
Right is an answer or a refusal with a sentence, within 10 seconds and 1 GB. Exit code 1 otherwise;
the bytes that did it are kept.
"""

from __future__ import annotations

import json
import logging
import mmap
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from hypothesis import HealthCheck, Phase, given, seed, settings
from rich.table import Table

from benchmarks.child import in_child
from benchmarks.fixtures.fuzzing import Target, all_targets, spoiled
from entdemo.boundary import guarded
from entdemo.cli.output import Json, out, print_json, rows
from entdemo.errors import UserError

_SECONDS = 10
"""Of the processor that a call may take, so that a busy machine makes none too slow."""
_WAITING = 300
"""Seconds after which a call that waits and does not compute is ended."""
_MEGABYTES = 1024
_ROUND = 200
_LARGEST = 1 << 26


@dataclass
class Result:
    """What fuzzing one reader showed.

    Attributes:
        refused: how many of the calls ended in a sentence.
        slowest: the longest call in seconds.
        megabytes: the process's peak memory, of which about a third is Python with its libraries.
        trouble: what went wrong, empty if nothing.
    """

    target: str
    calls: int = 0
    refused: int = 0
    slowest: float = 0.0
    megabytes: float = 0.0
    trouble: str = ""


class _LastInput:
    """The bytes of the call in progress, which outlive the process that makes it."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _LARGEST + 8)

    def set(self, data: bytes) -> None:
        self._memory[:8] = len(data).to_bytes(8, "little")
        self._memory[8 : 8 + len(data)] = data

    def get(self) -> bytes:
        length = int.from_bytes(self._memory[:8], "little")
        return self._memory[8 : 8 + length]


def _too_slow(signum: int, frame: FrameType | None) -> None:
    most = _SECONDS if signum == signal.SIGPROF else _WAITING
    raise TimeoutError(f"a call took more than {most} s")


def fuzz(target: Target, seconds: float, first_seed: int, last: _LastInput) -> str:
    """Spoil and read until the time is over; the result as JSON."""
    result = Result(target.name)
    end = time.monotonic() + seconds
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, _too_slow)
    number = first_seed
    while time.monotonic() < end:
        _round(target, number, end, partial(_call, target, result, last))
        number += 1
    result.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return json.dumps(asdict(result))


def _round(target: Target, number: int, end: float, call: Callable[[bytes], None]) -> None:
    @seed(number)
    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(spoiled(target.seeds))
    def read(data: bytes) -> None:
        if time.monotonic() < end:
            call(data)

    read()


def _call(target: Target, result: Result, last: _LastInput, data: bytes) -> None:
    last.set(data)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)
    signal.alarm(_WAITING)
    try:
        target.read(data)
    except UserError:
        result.refused += 1
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    result.calls += 1
    result.slowest = max(result.slowest, time.process_time() - start)


def run_all(minutes: float, first_seed: int, keep: Path, only: str = "") -> list[Result]:
    """Fuzz each reader for its share of the time; inputs that do harm are kept in ``keep``."""
    with tempfile.TemporaryDirectory() as name:
        targets = [target for target in all_targets(Path(name)) if only in target.name]
        _round(targets[0], 0, 0.0, lambda data: None)  # Hypothesis prepares itself once, for long
        share = minutes * 60 / sum(target.share for target in targets)
        return [_one(target, share * target.share, first_seed, keep) for target in targets]


def _one(target: Target, seconds: float, first_seed: int, keep: Path) -> Result:
    last = _LastInput()
    ended = in_child(partial(fuzz, target, seconds, first_seed, last))
    if not ended.trouble:
        result = Result(**json.loads(ended.value))
        if result.megabytes > _MEGABYTES:
            result.trouble = f"took {result.megabytes:.0f} MB"
        return result
    keep.mkdir(parents=True, exist_ok=True)
    (keep / target.name.replace("/", "-")).write_bytes(last.get())
    return Result(target.name, trouble=ended.trouble)


def main(
    minutes: Annotated[float, typer.Option(min=0.01, help="For all readers together.")] = 10,
    first_seed: Annotated[int, typer.Option("--seed", help="Of the first round.")] = 1,
    keep: Annotated[Path, typer.Option(help="Where bytes that do harm go.")] = Path("runs/fuzz"),
    only: Annotated[str, typer.Option(help="Only readers whose name contains this.")] = "",
    json: Json = False,
) -> None:
    """Fuzz every reader; exit code 1 if any of them did anything but answer or refuse."""
    results = run_all(minutes, first_seed, keep, only)
    troubles = [result for result in results if result.trouble]
    if json:
        print_json(
            {"minutes": minutes, "troubles": len(troubles), "readers": list(map(asdict, results))}
        )
    else:
        out.print(_table(results))
        for result in troubles:
            out.print(f"{result.target}: {result.trouble}")
        out.print(f"{sum(result.calls for result in results)} calls, {len(troubles)} troubles.")
    raise typer.Exit(1 if troubles else 0)


def _table(results: list[Result]) -> Table:
    columns = ["reader", "calls", "refused", "longest call", "peak memory"]
    lines = []
    for result in results:
        counts = [str(result.calls), str(result.refused)]
        lines.append([
            result.target, *counts, f"{result.slowest:.2f} s", f"{result.megabytes:.0f} MB",
        ])  # fmt: skip
    return rows("Spoiled files, read or refused", columns, lines)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
