"""Time and memory that ``entdemo adapt`` takes for so many frames.

``python -m benchmarks.adapting_cost [--frames N]... [--depth fast|full]... [--json]`` draws frames
into a folder, and learns from them by the command, in a process of its own: the weights are opened,
frames read, encoded and cross-validated, and a bundle is written. Processor time does not depend on
what else the machine does, as the time on the clock does.
"""

from __future__ import annotations

import json as jsonlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entdemo.boundary import guarded
from entdemo.phantom.folder import write_folder

FRAMES = (50, 200, 1000)
_SEED = 4711
_KIB = 1024
_GIB = 2**30


class Learned(StrEnum):
    """How deep it is learned."""

    FAST = "fast"
    FULL = "full"


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes:
        seconds: on the clock.
        processor_seconds: of all its threads.
        peak_gib: the most memory that it held at a time, or this process when it started it.
    """

    seconds: float
    processor_seconds: float
    peak_gib: float


def cost_of(command: list[str]) -> Cost:
    """Run a command to its end.

    Raises:
        CalledProcessError: it failed; it has told why.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * _KIB / _GIB)


def measured(frames: int, depth: Learned) -> Cost:
    """Learn from so many drawn frames."""
    with tempfile.TemporaryDirectory() as folder:
        own = write_folder(Path(folder) / "own", frames, _SEED, workers=2).parent
        to = Path(folder) / "weights"
        adapt = ["adapt", str(own), "--out", str(to), "--anyway", f"--{depth}"]
        return cost_of([sys.executable, "-m", "entdemo", *adapt])


def main(
    frames: Annotated[list[int], typer.Option(min=14, help="How many are learned from.")] = [  # noqa: B006
        *FRAMES
    ],
    depth: Annotated[list[Learned], typer.Option(help="How deep.")] = [*Learned],  # noqa: B006
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print a row a depth and a number of frames."""
    shown = Table(title=f"entdemo adapt, {os.cpu_count()} cores", title_justify="left")
    for column in ("depth", "frames", "s", "processor s", "GiB at most"):
        shown.add_column(column, justify="right")
    told = []
    for one in depth:
        for count in frames:
            cost = measured(count, one)
            told.append({"depth": one, "frames": count, **asdict(cost)})
            times = (f"{it:.0f}" for it in (cost.seconds, cost.processor_seconds))
            shown.add_row(one, str(count), *times, f"{cost.peak_gib:.2f}")
    if json:
        typer.echo(jsonlib.dumps(told, indent=2))
    else:
        Console().print(shown)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
