"""What comes of bodies, uploads and connections above their limits, and what does it cost?

``python -m benchmarks.floods`` serves the shipped weights and gallery on loopback. One flood after
the other comes from an address of its own, all of it at once. Of each it tells the statuses, the
longest time until a refusal, how long another visitor waited for the page before and meanwhile, and
by how much the server's memory grew at its peak.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.visitor import Ledger, Server, Visitor
from benchmarks.visitors import page_events, served, wait_until_it_answers
from entdemo.boundary import guarded
from entdemo.gallery.cases import read_cases
from entdemo.settings import DEFAULT_GALLERY
from entdemo.ui.gate.routes import rule_of

MOST_S = 1.0
"""So soon a refusal has to come."""
MOST_MB = 50.0
"""So much the server's memory may grow."""
REFUSED = (413, 429)

_OTHER = "127.0.0.250"
_PAUSE_S = 0.05
_PATIENCE_S = 30.0
_MB = b"x" * 1024**2
_BOUNDARY = "flood"
_FORM = f"Content-Type: multipart/form-data; boundary={_BOUNDARY}"
_FILE = (
    f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
).encode()
_QUESTION = b'{"data": [], "event_data": {"text": "a"}, "fn_index": 0, "session_hash": "x"}'


@dataclass(frozen=True)
class Flood:
    """So many requests at once.

    Attributes:
        name: for people.
        count: how many.
        head: request line and headers, without ``Host``.
        parts: what is sent after them, one after the other, until there is an answer.
        free_bytes: of them, so many are within the limit; 0 where the head tells that it is passed.
    """

    name: str
    count: int
    head: str
    parts: tuple[bytes, ...] = ()
    free_bytes: int = 0


@dataclass
class Outcome:
    """What came of a flood.

    Attributes:
        name: of the flood.
        statuses: of the answers, 0 where the connection ended without one.
        refused_s: the longest time until a refusal, from when more was sent than may be.
        alone_s: the longest that another visitor waited for the page before the flood.
        other_s: likewise while it lasted.
        growth_mb: of the server's memory, at its peak.
    """

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    refused_s: float = 0.0
    alone_s: float = 0.0
    other_s: float = 0.0
    growth_mb: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether what was too much was refused in time, and nothing swelled or broke off."""
        return (
            any(self.statuses[status] for status in REFUSED)
            and not self.statuses[0]
            and self.refused_s <= MOST_S
            and self.growth_mb <= MOST_MB
        )


def claimed(path: str, megabytes: int, count: int) -> Flood:
    """Bodies that state their length."""
    head = f"POST {path} HTTP/1.1\r\nContent-Length: {megabytes * len(_MB)}"
    return Flood(f"{megabytes} MB to {path}", count, head, (_MB,) * megabytes)


def unclaimed(path: str, megabytes: int, count: int) -> Flood:
    """Bodies that state no length, in pieces: the first of them begins a file."""
    head = f"POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{_FORM}"
    start, piece = (b"%x\r\n%b\r\n" % (len(it), it) for it in (_FILE, _MB))
    rule = rule_of("POST", path)
    free = rule.most_bytes if rule else 0
    name = f"{megabytes} MB to {path}, unstated"
    return Flood(name, count, head, (start, *(piece,) * megabytes), free)


def uploads(files: int, size: int, count: int) -> Flood:
    """So many files of so many bytes in a request."""
    body = files * (_FILE + bytes(size) + b"\r\n") + f"--{_BOUNDARY}--\r\n".encode()
    head = f"POST /gradio_api/upload HTTP/1.1\r\nContent-Length: {len(body)}\r\n{_FORM}"
    return Flood(f"{files} files of {size} bytes an upload", count, head, (body,))


def floods() -> list[Flood]:
    """What is tried."""
    ask = (
        "POST /gradio_api/queue/join HTTP/1.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(_QUESTION)}"
    )
    return [
        claimed("/gradio_api/queue/join", 60, 40),
        unclaimed("/gradio_api/queue/join", 60, 200),
        claimed("/gradio_api/upload", 60, 40),
        unclaimed("/gradio_api/upload", 60, 10),
        claimed("/clip", 300, 40),
        unclaimed("/sheet", 60, 200),
        claimed("/login", 60, 9),
        uploads(500, 1000, 40),
        uploads(1, 1000, 200),
        Flood("questions", 200, ask, (_QUESTION,)),
        Flood("connections", 600, "GET /health HTTP/1.1"),
    ]


class _Attempt:
    """One request of a flood.

    Args:
        server: whom it asks.
        flood: which.
        address: from where.
    """

    def __init__(self, server: Server, flood: Flood, address: str) -> None:
        self._place = urlsplit(server.url)
        self._flood = flood
        self._address = address
        self._writer: asyncio.StreamWriter | None = None
        self._over_since = 0.0

    async def answered(self) -> tuple[int, float]:
        """Status of the answer, 0 for none, and seconds from when more was sent than may be."""
        start = time.perf_counter()
        reader, self._writer = await asyncio.open_connection(
            self._place.hostname, self._place.port, local_addr=(self._address, 0)
        )
        sending = asyncio.create_task(self._send(self._writer))
        line = b""
        with suppress(OSError, TimeoutError):
            line = await asyncio.wait_for(reader.readline(), _PATIENCE_S)
        sending.cancel()
        waited = time.perf_counter() - (self._over_since or start)
        return (int(line.split()[1]) if line else 0), waited

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        head = f"{self._flood.head}\r\nHost: {self._place.netloc}\r\n\r\n".encode()
        sent = -len(head)
        with suppress(OSError):
            for part in (head, *self._flood.parts):
                sent += len(part)
                if self._flood.free_bytes and sent > self._flood.free_bytes:
                    self._over_since = self._over_since or time.perf_counter()
                writer.write(part)
                await writer.drain()

    def hang_up(self) -> None:
        """Let the connection go; who means harm holds on until then."""
        if self._writer is not None:
            self._writer.transport.abort()


class _OtherVisitor:
    """Asks for the page again and again from another address.

    Attributes:
        longest_s: how long it waited at most.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.longest_s = 0.0

    async def stay(self) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=_OTHER)
        async with httpx.AsyncClient(base_url=self._url, transport=transport, timeout=60) as client:
            while True:
                start = time.perf_counter()
                (await client.get("/")).raise_for_status()
                self.longest_s = max(self.longest_s, time.perf_counter() - start)
                await asyncio.sleep(_PAUSE_S)


async def measure(server: Server, flood: Flood, address: str) -> Outcome:
    """Let the flood come from this address."""
    outcome, other = Outcome(flood.name), _OtherVisitor(server.url)
    staying = asyncio.create_task(other.stay())
    await asyncio.sleep(2)
    outcome.alone_s, other.longest_s = other.longest_s, 0.0
    before = server.memory_mb()
    server.forget_peak()
    attempts = [_Attempt(server, flood, address) for _ in range(flood.count)]
    for status, seconds in await asyncio.gather(*(it.answered() for it in attempts)):
        outcome.statuses[status] += 1
        if status in REFUSED:
            outcome.refused_s = max(outcome.refused_s, seconds)
    outcome.growth_mb = server.peak_mb() - before
    for attempt in attempts:
        attempt.hang_up()
    await asyncio.sleep(1)
    outcome.other_s = other.longest_s
    staying.cancel()
    with suppress(asyncio.CancelledError):
        await staying
    return outcome


async def measure_all(server: Server) -> list[Outcome]:
    """All floods, one after the other, on a server that has been in use."""
    await wait_until_it_answers(server.url)
    await use(server)
    return [
        await measure(server, flood, f"127.0.0.{number}")
        for number, flood in enumerate(floods(), 100)
    ]


async def use(server: Server) -> None:
    """Ask a few usual questions, so that what is loaded once is there.

    Raises:
        RuntimeError: they are not answered.
    """
    ledger, events = Ledger(), await page_events(server.url)
    cases = read_cases((DEFAULT_GALLERY / "cases.csv").read_bytes())[:4]
    visitor = Visitor(0, server, cases, ledger, events)
    for _ in range(8):
        for name in ("frame on the page", "description on the page", "page", "picture"):
            await visitor.act(name)
    if not ledger.times_ms["frame on the page"]:
        raise RuntimeError(f"no frame is answered: {dict(ledger.faults)}")


def show(outcomes: list[Outcome]) -> None:
    """The outcomes for people."""
    table = Table("flood", "statuses", "refused in s", "another waits s (before)", "grows MB")
    for it in outcomes:
        statuses = ", ".join(f"{count} x {status}" for status, count in sorted(it.statuses.items()))
        waits = f"{it.other_s:.2f} ({it.alone_s:.2f})"
        mark = "" if it.is_right else " !"
        table.add_row(it.name + mark, statuses, f"{it.refused_s:.2f}", waits, f"{it.growth_mb:.0f}")
    Console(width=120).print(table)


def main(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Measure; exit code 1 if a refusal came late or not at all, or memory grew by over 50 MB."""
    with served() as server:
        outcomes = asyncio.run(measure_all(server))
    print(json.dumps([asdict(it) for it in outcomes])) if as_json else show(outcomes)
    if not all(it.is_right for it in outcomes):
        raise typer.Exit(1)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
