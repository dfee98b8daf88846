"""Connections before a request is known: so many a client, and none that stays silent."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import gradio as gr

from entdemo.ui.gate.callers import Access
from entdemo.ui.traffic import visitor_of

MOST_A_CLIENT = 256
"""A class behind one address: forty browsers hold six connections each."""

SILENCE_S = 15.0
"""A connection on which no request was begun for so long, or for twice that at most, is closed,
whether nothing comes or a head that does not end."""

_READ_BYTES = 16 * 1024
"""Taken from a socket at once; of asyncio's own 256 KB hundreds of connections would hold 64 MB."""

_TOO_MANY = (
    b"HTTP/1.1 429 Too Many Requests\r\n"
    b"Retry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def bound_connections(page: gr.Blocks, access: Access) -> None:
    """Let the server of a launched page keep to the limits; stated proxies speak for many."""
    config = page.server.config
    parts = {"access": access, "held": Counter()}
    config.http_protocol_class = type("Bounded", (_Bounds, config.http_protocol_class), parts)


class _Bounds(asyncio.Protocol):
    """What a kind of uvicorn's connections is extended by.

    Attributes:
        access: tells the proxies.
        held: how many connections each client holds.
        cycle: uvicorn's: the request that was begun last.
        transport: uvicorn's.
    """

    access: Access
    held: Counter[str]
    cycle: Any
    transport: asyncio.Transport
    _visitor = ""
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, or turn it away."""
        peer = transport.get_extra_info("peername")
        self._visitor = visitor_of({"client": peer})
        is_proxy = bool(peer) and self.access.is_proxy(peer[0])
        if self.held[self._visitor] >= MOST_A_CLIENT and not is_proxy:
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(_TOO_MANY)
            transport.close()
            return
        self.held[self._visitor] += 1
        transport.max_size = _READ_BYTES  # type: ignore[attr-defined] # of asyncio's own loops
        super().connection_made(transport)
        self._look_again(None)

    def data_received(self, data: bytes) -> None:
        """Pass it on, unless the connection was turned away."""
        if self._watch is not None:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        if self._watch is None:  # it was turned away
            return
        self._watch.cancel()
        self.held[self._visitor] -= 1
        if not self.held[self._visitor]:
            del self.held[self._visitor]
        super().connection_lost(exc)

    def _look_again(self, last: Any) -> None:
        self._watch = asyncio.get_running_loop().call_later(SILENCE_S, self._look, last)

    def _look(self, last: Any) -> None:
        """Close the connection if it is where it was, after the same answered request."""
        request = self.cycle
        if request is last and (request is None or request.response_complete):
            self.transport.close()
        else:
            self._look_again(request)
