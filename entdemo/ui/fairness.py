"""Shares of visitors: nobody waits for another one's queue, or loses a quiz to another's visits.

A visitor is an address, as everywhere (see ``traffic``).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict

from gradio import Blocks
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event, EventQueue, Queue
from gradio.state_holder import StateHolder
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from entdemo.errors import PageError
from entdemo.ui.buckets import MEGAPIXELS, Buckets
from entdemo.ui.traffic import preferred_language, visitor_of
from entdemo.ui.uploads import upload_megapixels

MOST_A_VISITOR = 64
"""Questions of one visitor that wait or are being answered: a class behind one address."""

_MEGAPIXELS_A_PLACE = 6
"""A picture of so many takes as long as any other question; one of more counts as several."""


class FairQueue(Queue):
    """A queue of Gradio's in which who has the least running comes next.

    One visitor holds half of the places at most, so that another finds one free at once; a large
    picture takes several of them, the largest all of a visitor's.

    Attributes:
        owners: the visitor of each session.
    """

    def __init__(self, page: Blocks, max_size: int) -> None:
        super().__init__(
            live_updates=True,
            concurrency_count=page.max_threads,
            update_intervals=1,
            max_size=max_size,
            blocks=page,
        )
        self.owners: dict[str, str] = {}
        self._megapixels = Buckets(MEGAPIXELS)

    async def push(  # type: ignore[no-untyped-def]
        self, body: PredictBodyInternal, request: Request, username: str | None
    ):
        """Take a question.

        Raises:
            HTTPException: 429, if the visitor has asked too many already, or handed in too large
                pictures one after the other.
        """
        visitor = visitor_of(request.scope)
        if self._held_by(visitor) >= MOST_A_VISITOR:
            raise _too_many(request)
        megapixels = await run_in_threadpool(upload_megapixels, _path(body))
        wait = self._megapixels.take(visitor, megapixels)
        if wait:
            raise _too_many(request, {"Retry-After": str(math.ceil(wait))})
        request.state.places = max(1.0, megapixels / _MEGAPIXELS_A_PLACE)
        if body.session_hash:
            self.owners[body.session_hash] = visitor
        return await super().push(body, request, username)

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """The next question, None while there is none that may be answered now."""
        for name, waiting in self.event_queue_per_concurrency_id.items():
            event = self._next(waiting)
            if event is not None:
                waiting.queue.remove(event)
                return [event], False, name
        return None

    def _next(self, waiting: EventQueue) -> Event | None:
        if not waiting.queue:
            return None
        limit = waiting.concurrency_limit
        if limit is not None and waiting.current_concurrency >= limit:
            return None
        running: defaultdict[str, float] = defaultdict(float)
        for event in self._running():
            if event.concurrency_id == waiting.concurrency_id:
                running[_visitor(event)] += _places(event)
        share = self.max_thread_count if limit is None else max(1, limit // 2)

        def may_begin(event: Event) -> bool:
            held = running[_visitor(event)]
            return not held or held + _places(event) <= share

        able = filter(may_begin, waiting.queue)
        return min(able, key=lambda event: running[_visitor(event)], default=None)

    def _running(self) -> list[Event]:
        return [event for job in self.active_jobs if job for event in job]

    def _held_by(self, visitor: str) -> int:
        held = self._running()
        for waiting in self.event_queue_per_concurrency_id.values():
            held += waiting.queue
        return sum(_visitor(event) == visitor for event in held)


class FairSessions(StateHolder):
    """Visits' states; where there are too many, the visitor who has most loses the oldest.

    Args:
        page: whose states.
        owners: the visitor of each session; those of forgotten sessions are taken out.
    """

    def __init__(self, page: Blocks, owners: dict[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._owners = owners
        self.set_blocks(page)

    def update(self, session_id: str) -> None:
        """A session was used."""
        with self.lock:
            if session_id in self.session_data:
                self.session_data.move_to_end(session_id)
            while len(self.session_data) > self.capacity:
                self._forget(self._next_to_go())
            if len(self._owners) > 2 * self.capacity:
                for gone in self._owners.keys() - self.session_data.keys():
                    self._owners.pop(gone, None)

    def _next_to_go(self) -> str:
        held = Counter(self._owners.get(session) for session in self.session_data)
        most, _ = held.most_common(1)[0]
        return next(name for name in self.session_data if self._owners.get(name) == most)

    def _forget(self, session: str) -> None:
        self.session_data.pop(session, None)
        self.time_last_used.pop(session, None)
        self._owners.pop(session, None)


def _visitor(event: Event) -> str:
    return visitor_of(event.request.scope)


def _places(event: Event) -> float:
    """How many usual questions it counts as."""
    return float(getattr(event.request.state, "places", 1.0))


def _path(body: PredictBodyInternal) -> object:
    """Where the picture of a question lies: the page says it with an event, programs first."""
    said = body.event_data or next(iter(body.data), None)
    return said.get("path") if isinstance(said, dict) else None


def _too_many(request: Request, headers: dict[str, str] | None = None) -> HTTPException:
    language = preferred_language(request.headers.get("accept-language", ""))
    return HTTPException(429, PageError("ui.too_many").text(language), headers)
