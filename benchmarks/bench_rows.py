"""How the benchmark measures, and what a row of its table is."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any, Literal

_SIGNS = {True: "yes", False: "NO", None: "–"}

Bound = Literal["at most", "at least"]


@dataclass(frozen=True)
class Row:
    """A ratio, and whether it is what was asked for.

    Attributes:
        name: what is compared.
        value: the ratio or number, None where it was not measured.
        bound: side on which ``limit`` lies.
        limit: the number asked for; None for rows that only inform.
        detail: the times behind it, or why it was not measured.
    """

    name: str
    value: float | None
    bound: Bound = "at most"
    limit: float | None = None
    detail: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the value is within its limit; None where there is nothing to judge."""
        if self.value is None or self.limit is None:
            return None
        return self.value <= self.limit if self.bound == "at most" else self.value >= self.limit

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "holds": self.holds}

    def cells(self) -> list[str]:
        """For a table: name, value, limit, whether it holds, what it is made of."""
        value = "–" if self.value is None else f"{self.value:.4g}"
        wanted = "–" if self.limit is None else f"{self.bound} {self.limit:g}"
        return [self.name, value, wanted, _SIGNS[self.holds], self.detail]


@dataclass(frozen=True)
class Effort:
    """How much is measured: everything, or the same rows from fewer repeats."""

    quick: bool

    def of(self, full: int, quick: int) -> int:
        """One of two numbers."""
        return quick if self.quick else full


def medians(tasks: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each task.

    The tasks take turns, so that a disturbance hits all of them. Each runs twice in its turn and
    the second time counts: the first brings its data into the caches, and the threads of torch,
    which has a team for each thread that calls it, to cores of their own.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    gc.collect()
    for _ in range(repeats):
        for name, task in tasks.items():
            task()
            start = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def seconds_of(task: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def ms(seconds: float) -> str:
    """As people read it."""
    return f"{seconds * 1e3:.3g} ms"


def absent(*packages: str) -> str | None:
    """A sentence that names the first package that is not installed, None if all are."""
    for package in packages:
        if find_spec(package) is None:
            return f"{package} is not installed; pip install 'entdemo[bench]'"
    return None


def unmeasured(names: Iterator[str] | list[str], reason: str) -> Iterator[Row]:
    """Rows without a value, each with the reason."""
    for name in names:
        yield Row(name, None, detail=reason)
