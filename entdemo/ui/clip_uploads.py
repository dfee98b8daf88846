"""Clips on their way in: larger than frames, so they go by a route and a folder of their own.

A clip lies on the disk from its first byte until it was read, or for a quarter of an hour where
nobody asks for it; each is read once, by whoever handed it in.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from entdemo.errors import PageError
from entdemo.ui.file_route import refused

MOST_BYTES = 256 * 1024**2
"""Of one clip: a minute of a phone's 4K takes about 170 MB."""

MOST_HELD = 4 * MOST_BYTES
"""Of all that lie here at once."""

KEEP_S = 900.0
"""A clip may wait for one of a quarter of an hour before it."""


@dataclass
class _Held:
    file: Path
    since: float
    size: int = 0


class ClipUploads:
    """Clips that were handed in and not read yet, by keys that only their visitors know.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, _Held] = {}

    async def receive(self, request: Request) -> str:
        """Write a clip to the disk; its key.

        Raises:
            UserError: it is too large, there are too many, or it broke off; nothing of it stays.
        """
        descriptor, name = tempfile.mkstemp(prefix="clip-")
        key, held = secrets.token_hex(16), _Held(Path(name), self._clock())
        self._held[key] = held
        try:
            with open(descriptor, "wb") as file:
                async for part in request.stream():
                    held.size += len(part)
                    self._check(held.size)
                    file.write(part)
        except ClientDisconnect as error:
            self._drop(key)
            raise PageError("ui.upload_lost") from error
        except BaseException:
            self._drop(key)
            raise
        return key

    @contextmanager
    def taken(self, key: object) -> Iterator[Path]:
        """A clip's file, which is gone when the context ends.

        Raises:
            UserError: there is none of this key any more.
        """
        if not isinstance(key, str) or key not in self._held:
            raise PageError("ui.upload_lost")
        held = self._held[key]
        held.since = float("inf")  # not to be cleared while it is read
        try:
            yield held.file
        finally:
            self._drop(key)

    def clear(self, keep_s: float = KEEP_S) -> None:
        """Delete what nobody asked for in so many seconds."""
        now = self._clock()
        for key in [key for key, held in self._held.items() if now - held.since > keep_s]:
            self._drop(key)

    def _check(self, size: int) -> None:
        if size > MOST_BYTES:
            raise PageError("clip.too_many_bytes", limit=MOST_BYTES // 1024**2)
        if sum(held.size for held in tuple(self._held.values())) > MOST_HELD:
            raise PageError("clip.busy")

    def _drop(self, key: str) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            with suppress(OSError):
                held.file.unlink(missing_ok=True)


def clip_route(clips: ClipUploads) -> Route:
    """``/clip``: a clip's bytes in, its key out."""

    async def answer(request: Request) -> Response:
        try:
            key = await clips.receive(request)
        except Exception as error:
            return refused(request, error)
        return JSONResponse({"key": key}, headers={"Cache-Control": "no-store"})

    return Route("/clip", answer, methods=["POST"])
