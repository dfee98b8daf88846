"""How much one visitor may ask for: enough for a class behind one address, too little for a flood.

The method is the token bucket: it holds a number of tokens, gets new ones at a steady rate, and a
request takes one, a picture as many as it has megapixels.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from entdemo.ui.gate.refusal import RefusedError, refusal
from entdemo.ui.traffic import Kind, kind_of, visitor_of

_MOST_VISITORS = 20_000


@dataclass(frozen=True)
class Allowance:
    """Tokens that a bucket holds at most, and how many it gains in a second."""

    burst: float
    per_second: float


QUESTIONS = Allowance(burst=120, per_second=4)
"""Uploads, questions and exports; a frame takes two."""

LOGINS = Allowance(burst=10, per_second=0.1)
"""Tries of a password."""

MEGAPIXELS = Allowance(burst=1000, per_second=25)
"""Of pictures that are read: forty of the largest that are taken, and then one a second."""

PARTS = Allowance(burst=3000, per_second=100)
"""Everything that is only read; a first visit reads about 150 files."""


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


class RateLimit:
    """ASGI middleware that turns away who asks too much, with a sentence and a time to wait.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        questions, logins, parts = Buckets(QUESTIONS), Buckets(LOGINS), Buckets(PARTS)
        self._buckets: dict[Kind, Buckets] = {
            "login": logins,
            "upload": questions,
            "question": questions,
            "page": parts,
            "picture": parts,
            "health": parts,
            "part": parts,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here with status 429."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        buckets = self._buckets[kind_of(scope["method"], scope["path"])]
        wait = buckets.take(visitor_of(scope))
        if wait:
            headers = {"Retry-After": str(math.ceil(wait))}
            error = RefusedError(429, "ui.too_many")
            return await refusal(scope, error, headers)(scope, receive, send)
        await self._app(scope, receive, send)
