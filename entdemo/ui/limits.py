"""How much one visitor may ask for: enough for a class behind one address, not for a flood."""

from __future__ import annotations

import math

from starlette.types import ASGIApp, Receive, Scope, Send

from entdemo.ui.buckets import Allowance, Buckets
from entdemo.ui.gate.refusal import RefusedError, refusal
from entdemo.ui.traffic import Kind, kind_of, visitor_of

QUESTIONS = Allowance(burst=120, per_second=4)
"""Uploads, questions and exports; a frame takes two."""

LOGINS = Allowance(burst=10, per_second=0.1)
"""Tries of a password."""

PARTS = Allowance(burst=3000, per_second=100)
"""Everything that is only read; a first visit reads about 150 files."""


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
