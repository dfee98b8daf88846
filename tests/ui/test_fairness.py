from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.queueing import Event, EventQueue
from gradio.state_holder import SessionState
from starlette.exceptions import HTTPException
from starlette.requests import Request

from entdemo.ui import fairness
from entdemo.ui.fairness import FairQueue, FairSessions


def asked(visitor: str, name: str = "model") -> Any:
    """An event of a visitor, as far as the queue looks at it."""
    scope = {"type": "http", "client": (visitor, 1), "headers": []}
    return Event(None, SimpleNamespace(concurrency_id=name), Request(scope), None)  # type: ignore[arg-type]


@pytest.fixture
def queue() -> FairQueue:
    with gr.Blocks() as page:
        pass
    made = FairQueue(page, 256)
    made.active_jobs = [None] * 40
    made.event_queue_per_concurrency_id["model"] = EventQueue("model", 8)
    return made


def fill(queue: FairQueue, *visitors: str) -> list[str]:
    """Let visitors ask in this order; those whose questions are answered at once."""
    waiting = queue.event_queue_per_concurrency_id["model"]
    waiting.queue += [asked(visitor) for visitor in visitors]
    begun = []
    while (found := queue.get_events()) is not None:
        events, _, _ = found
        queue.active_jobs[queue.active_jobs.index(None)] = events
        waiting.current_concurrency += 1
        begun.append(str(events[0].request.client.host))
    return begun


def test_who_queues_much_leaves_places_for_others(queue: FairQueue) -> None:
    assert Counter(fill(queue, *["10.0.0.1"] * 40)) == {"10.0.0.1": 4}
    assert fill(queue, "10.0.0.2") == ["10.0.0.2"]


def test_who_has_least_running_comes_next(queue: FairQueue) -> None:
    order = ["10.0.0.1"] * 6 + ["10.0.0.2"] * 2 + ["10.0.0.3"]
    assert fill(queue, *order)[:4] == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"]


def test_no_more_run_than_may(queue: FairQueue) -> None:
    assert len(fill(queue, *[f"10.0.0.{n}" for n in range(1, 13)])) == 8


def push(queue: FairQueue, visitor: str) -> None:
    headers = [(b"accept-language", b"vi")]
    request = Request({"type": "http", "client": (visitor, 1), "headers": headers})
    body = SimpleNamespace(session_hash="visit", fn_index=None)
    asyncio.run(queue.push(body, request, None))  # type: ignore[arg-type]


def test_work_in_flight_is_bounded_by_visitor(
    queue: FairQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fairness, "MOST_A_VISITOR", 6)
    fill(queue, *["10.0.0.1"] * 6)
    with pytest.raises(HTTPException) as refused:
        push(queue, "10.0.0.1")
    assert refused.value.status_code == 429
    assert refused.value.detail.startswith("Có quá nhiều yêu cầu")
    push(queue, "10.0.0.2")
    assert queue.owners == {"visit": "10.0.0.2"}


def test_a_running_quiz_is_not_lost_to_a_strangers_visits() -> None:
    with gr.Blocks() as page:
        pass
    page.state_session_capacity = 5
    owners = {"quiz": "10.0.0.1"}
    sessions = FairSessions(page, owners)
    assert isinstance(sessions["quiz"], SessionState)
    for number in range(20):
        owners[f"flood{number}"] = "10.0.0.2"
        assert isinstance(sessions[f"flood{number}"], SessionState)
    assert list(sessions.session_data) == ["quiz", *(f"flood{n}" for n in range(16, 20))]
    assert set(sessions.time_last_used) == set(owners) == set(sessions.session_data)


def test_owners_of_visits_that_are_gone_are_forgotten() -> None:
    with gr.Blocks() as page:
        pass
    page.state_session_capacity = 2
    owners = {f"gone{n}": "10.0.0.2" for n in range(9)}
    FairSessions(page, owners).update("none")
    assert owners == {}
