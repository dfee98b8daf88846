"""Token buckets: each holds a number of tokens and gets new ones at a steady rate.

A request takes one, a picture as many as it has megapixels.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST_VISITORS = 20_000


@dataclass(frozen=True)
class Allowance:
    """Tokens that a bucket holds at most, and how many it gains in a second."""

    burst: float
    per_second: float


MEGAPIXELS = Allowance(burst=1000, per_second=25)
"""Of pictures that are read: forty of the largest that are taken, and then one a second."""


class Buckets:
    """One token bucket a visitor; those unused for longest are forgotten first.

    Args:
        allowance: size and rate of each bucket.
        clock: seconds that only grow.
    """

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, visitor: str, cost: float = 1) -> float:
        """Take tokens of ``visitor``; how many seconds to wait if there are too few, else 0."""
        now, (burst, rate) = self._clock(), (self._allowance.burst, self._allowance.per_second)
        tokens, then = self._held.pop(visitor, (burst, now))
        tokens = min(burst, tokens + (now - then) * rate)
        wait = max(0.0, cost - tokens) / rate
        self._held[visitor] = (tokens if wait else tokens - cost, now)
        if len(self._held) > _MOST_VISITORS:
            self._held.popitem(last=False)
        return wait
