"""One visitor of the app: opens the page, hands in frames, describes, looks at pictures.

Each owns frames that no other visitor has, and checks that an answer is to its own question.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from entdemo.gallery.cases import Case
from entdemo.settings import DEFAULT_GALLERY

PAUSE_S = 2.0
"""Mean pause between two actions of a visitor."""

_LIMITS = httpx.Limits(keepalive_expiry=2.0)
"""Idle connections are given up well before the server does: asking on one that it is just closing
is an error that a browser would not show but try again."""
_API = "/gradio_api"
_ANSWER = re.compile(r'data-answer="([^"]*)"')


@dataclass
class Ledger:
    """What happened."""

    times_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)

    def add(self, kind: str, ms: float) -> None:
        self.times_ms[kind].append(ms)

    def fault(self, kind: str, what: str) -> None:
        self.faults[f"{kind}: {what}"] += 1


@dataclass(frozen=True)
class Server:
    """The app under load."""

    url: str
    pid: int
    uploads: Path

    def memory_mb(self) -> float:
        """Resident memory of the process."""
        return self._megabytes("VmRSS")

    def peak_mb(self) -> float:
        """The most of it since the process began, or since ``forget_peak``."""
        return self._megabytes("VmHWM")

    def forget_peak(self) -> None:
        """Count the most of it anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", "ascii")

    def _megabytes(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def files_left(self) -> int:
        """How many files lie in the private folders of apps that put theirs into ``uploads``."""
        return sum(path.is_file() for path in self.uploads.glob("*/**/*"))


class WrongAnswerError(Exception):
    """An answer that is not to the question."""


def expect(right: bool, otherwise: str) -> None:
    """Complain unless all is right.

    Raises:
        WrongAnswerError: if it is not.
    """
    if not right:
        raise WrongAnswerError(otherwise)


class Visitor:
    """One visitor with an address, a session and frames of its own.

    Args:
        number: from 0; decides the address.
        server: whom to ask.
        cases: gallery cases that this visitor alone owns; each is its own nearest case.
        ledger: where to write what happens.
        events: number of each page event, see :func:`page_events`.
    """

    def __init__(
        self,
        number: int,
        server: Server,
        cases: list[Case],
        ledger: Ledger,
        events: dict[str, int],
    ) -> None:
        self._number = number
        self._cases = cases
        self._ledger = ledger
        self._events = events
        self._random = random.Random(number)
        self._session = f"visitor{number:03d}"
        self._seen: dict[str, str] = {}
        self._client = httpx.AsyncClient(
            base_url=server.url,
            timeout=60,
            transport=httpx.AsyncHTTPTransport(
                local_address=f"127.0.0.{number + 2}", limits=_LIMITS
            ),
        )
        self._actions: dict[str, tuple[float, Callable[[], Awaitable[None]]]] = {
            "frame on the page": (4, self._frame),
            "description on the page": (3, self._describe),
            "predict by a program": (2, self._predict),
            "search by a program": (1, self._search),
            "picture": (4, self._picture),
            "page": (1, self._page),
        }

    async def stay(self, until: float) -> None:
        """Act and pause until a time of ``time.monotonic``, then leave."""
        names = list(self._actions)
        weights = [weight for weight, _ in self._actions.values()]
        async with self._client, self._heartbeat():
            while time.monotonic() < until:
                await asyncio.sleep(self._random.expovariate(1 / PAUSE_S))
                await self.act(self._random.choices(names, weights)[0])

    async def act(self, name: str) -> None:
        """One action, its time and whether it went well."""
        start = time.perf_counter()
        try:
            await self._actions[name][1]()
        except (httpx.HTTPError, WrongAnswerError, ValueError, KeyError) as error:
            self._ledger.fault(name, f"{type(error).__name__} {str(error)[:80]}")
        else:
            self._ledger.add(name, 1e3 * (time.perf_counter() - start))

    @asynccontextmanager
    async def _heartbeat(self) -> AsyncIterator[None]:
        """The stream by which the server knows that a page is still open."""

        async def listen() -> None:
            async with self._client.stream("GET", f"{_API}/heartbeat/{self._session}") as beats:
                async for _ in beats.aiter_raw():
                    pass

        task = asyncio.create_task(listen())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _frame(self) -> None:
        case = self._random.choice(self._cases)
        html = await self._event("frame", {"path": await self._upload(case)})
        told = answer_of(html)
        expect(told["cases"][0][0] == case.case_id, "another frame's answer")
        expect("data:image/jpeg;base64," in html, "no query picture")

    async def _describe(self) -> None:
        case = self._random.choice(self._cases)
        text = f"{case.caption_en} ({self._number}.{self._random.random():.9f})"
        told = answer_of(await self._event("search", {"text": text}))
        expect(told["text"] == text, "another visitor's description")

    async def _predict(self) -> None:
        case = self._random.choice(self._cases)
        path = await self._upload(case)
        frame = {"path": path, "meta": {"_type": "gradio.FileData"}}
        answer = await self._call("predict", [frame, 3])
        expect(answer["neighbours"][0]["case_id"] == case.case_id, "another frame's answer")

    async def _search(self) -> None:
        case = self._random.choice(self._cases)
        answer = await self._call("search", [case.caption_vi, 3])
        expect(len(answer["neighbours"]) == 3, "no cases")

    async def _picture(self) -> None:
        case = self._random.choice(self._cases)
        answer = await self._client.get(f"/cases/small/{case.case_id}")
        answer.raise_for_status()
        digest = hashlib.sha256(answer.content).hexdigest()
        expect(self._seen.setdefault(case.case_id, digest) == digest, "another picture")

    async def _page(self) -> None:
        answer = await self._client.get("/")
        answer.raise_for_status()
        expect("gradio_config" in answer.text, "no page")

    async def _upload(self, case: Case) -> str:
        """Hand in a frame of its own: a mark outside the disc makes it new to the server."""
        data = marked(case, self._random.randrange(2**24))
        name = f"{self._random.randrange(2**48):012x}"
        answer = await self._client.post(f"{_API}/upload", files={"files": (name, data)})
        return str(answer.raise_for_status().json()[0])

    async def _event(self, name: str, data: dict[str, Any]) -> str:
        """What an event of the page puts on it, as one text."""
        order = {
            "data": [],
            "event_data": data,
            "fn_index": self._events[name],
            "session_hash": self._session,
        }
        (await self._client.post(f"{_API}/queue/join", json=order)).raise_for_status()
        query = {"session_hash": self._session}
        async with self._client.stream("GET", f"{_API}/queue/data", params=query) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed":
                    expect(message["success"], "the event failed")
                    return "".join(str(part) for part in message["output"]["data"])
        raise WrongAnswerError("the stream ended early")

    async def _call(self, name: str, data: list[Any]) -> dict[str, Any]:
        """The answer of a named endpoint."""
        started = await self._client.post(f"{_API}/call/{name}", json={"data": data})
        event = started.raise_for_status().json()["event_id"]
        text = (await self._client.get(f"{_API}/call/{name}/{event}")).raise_for_status().text
        expect("event: complete" in text, "the call failed")
        answer: dict[str, Any] = json.loads(text.rpartition("data: ")[2])[0]
        return answer


def answer_of(html: str) -> dict[str, Any]:
    """What the page tells of an answer.

    Raises:
        WrongAnswerError: if there is no answer on it.
    """
    found = _ANSWER.search(html)
    if not found:
        raise WrongAnswerError(f"no answer but {html[-80:]}")
    told: dict[str, Any] = json.loads(unescape(found[1]))
    return told


def marked(case: Case, mark: int) -> bytes:
    """The case's frame as BMP, quickly written, with a nearly black mark in a corner."""
    with Image.open(DEFAULT_GALLERY / case.file) as image:
        pixels = np.array(image.convert("RGB"))
    pixels[0, :6] = [[mark >> shift & 15] * 3 for shift in (0, 4, 8, 12, 16, 20)]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "BMP")
    return buffer.getvalue()
