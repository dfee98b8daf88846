"""What a request is, who sent it, and what is written down of it: kind, status and time."""

from __future__ import annotations

import ipaddress
import logging
import time
from functools import lru_cache
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entdemo.locale import Language

Kind = Literal["login", "upload", "question", "page", "picture", "health", "part"]

log = logging.getLogger("entdemo.traffic")

_NOBODY = "None"
"""Whoever comes without an address."""

_UPLOADS = ("upload", "clip")
_LOGGED: tuple[Kind, ...] = ("login", "upload", "question", "page")


def kind_of(method: str, path: str) -> Kind:
    """What a request asks for; whatever is sent to the server counts as a question."""
    if method == "POST":
        last = path.rstrip("/").rpartition("/")[2]
        return "login" if last == "login" else "upload" if last in _UPLOADS else "question"
    if path in ("", "/"):
        return "page"
    if path in ("/health", "/ready"):
        return "health"
    return "picture" if path.startswith("/cases/") else "part"


def visitor_of(scope: Scope) -> str:
    """The address that a request came from; of an IPv6 address its network, which is one home's.

    Forwarded headers are the gate's matter: the client of ``scope`` is the one to believe.
    """
    client = scope.get("client")
    return _visitor_at(client[0]) if client else _NOBODY


@lru_cache(maxsize=4096)
def _visitor_at(address: str) -> str:
    """Kept, because the queue asks for the visitor of each question in it again and again."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return _NOBODY
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def preferred_language(accepted: str) -> Language:
    """The language that an ``Accept-Language`` header names first, English if it says nothing."""
    return "vi" if accepted.strip().lower().startswith("vi") else "en"


class TrafficLog:
    """ASGI middleware that logs what was asked for, never an address, a name or a content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        kind = kind_of(scope["method"], scope["path"])
        start, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            if kind in _LOGGED or status >= 400:
                log.info("%s %d %.0f ms", kind, status, 1e3 * (time.perf_counter() - start))
