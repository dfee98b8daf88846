"""A request's body on its way in: so many bytes, so many files, and no endless pauses."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from entdemo.ui.gate.refusal import RefusedError
from entdemo.ui.gate.routes import Rule
from entdemo.ui.traffic import visitor_of

PAUSE_S = 15.0
"""So long a client may send nothing in the middle of a body."""

MOST_HELD = 12 * 1024**2
"""Bytes of one visitor's bodies that are held in memory at once: dozens of usual ones."""

LINGER_S = 1.0
LINGER_BYTES = 64 * 1024
"""So long, and of so many bytes more, a refused body is awaited."""

_BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,70})', re.IGNORECASE)


def check_length(scope: Scope, rule: Rule) -> None:
    """Refuse a body by the size it claims, before any of it is read.

    Raises:
        RefusedError: if it is too large, or no number.
    """
    claimed = Headers(scope=scope).get("content-length", "0")
    if not claimed.isascii() or not claimed.isdigit() or int(claimed[:20]) > rule.most_bytes:
        raise _too_large(rule)


class Body:
    """Counts what comes in; the request is cut off when it is too much.

    Args:
        scope: the request.
        receive: gives its body.
        rule: how much it may be.
        held: how many bytes of bodies are in memory, by visitor; shared by all bodies.

    Attributes:
        error: what was wrong with it, None as long as nothing is. What reads the body is told then
            that the client went away.
        is_read: whether all of it has come in.
    """

    def __init__(self, scope: Scope, receive: Receive, rule: Rule, held: Counter[str]) -> None:
        self._receive = receive
        self._rule = rule
        self._visitor = visitor_of(scope)
        self._held = held
        self._bytes = self._parts = 0
        self._mark = _mark(Headers(scope=scope))
        self._tail = b""
        self.is_read = False
        self.error: RefusedError | None = None

    async def receive(self) -> Message:
        """The next part of the body."""
        if self.error is None:
            try:
                return await self._next()
            except RefusedError as error:
                self.error = error
        return {"type": "http.disconnect"}

    def let_go(self) -> None:
        """It is in memory no more: the request was answered."""
        if not self._rule.to_disk:
            self._held[self._visitor] -= self._bytes
            if not self._held[self._visitor]:
                del self._held[self._visitor]

    async def _next(self) -> Message:
        if self.is_read:  # what comes now is the end of the connection, whenever that is
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), PAUSE_S)
        except TimeoutError:
            raise RefusedError(408, "gate.slow") from None
        self.is_read = not message.get("more_body", False)
        self._count(message.get("body", b""))
        return message

    def _count(self, data: bytes) -> None:
        self._bytes += len(data)
        if not self._rule.to_disk:
            self._held[self._visitor] += len(data)
        if self._bytes > self._rule.most_bytes:
            raise _too_large(self._rule)
        if self._held[self._visitor] > MOST_HELD:
            raise RefusedError(429, "ui.too_many")
        if self._mark:
            window = self._tail + data
            self._parts += window.count(self._mark)
            self._tail = window[-len(self._mark) + 1 :]
            # The mark stands before each part and once at the end.
            if self._parts > self._rule.most_files + 1:
                raise RefusedError(413, "gate.too_many_files", most=self._rule.most_files)


async def linger(receive: Receive) -> None:
    """Take some of a body that was refused, until it ends or for a second.

    Who closes a connection on unread bytes resets it, and a client that still sends may then lose
    the answer.
    """
    left = LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
            await asyncio.sleep(LINGER_S)


def _mark(headers: Headers) -> bytes:
    """What stands between the parts of a multipart body, empty for another body."""
    kind = headers.get("content-type", "")
    found = _BOUNDARY.search(kind) if kind.lower().startswith("multipart/") else None
    return b"--" + found.group(1).encode("latin-1") if found else b""


def _too_large(rule: Rule) -> RefusedError:
    megabytes = rule.most_bytes / 1024**2
    limit = f"{megabytes:.2g}" if megabytes < 10 else f"{megabytes:.0f}"
    return RefusedError(413, "gate.too_large", limit=limit)
