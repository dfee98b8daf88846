from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.queueing import Event, EventQueue
from gradio.state_holder import SessionState
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request

from entdemo.ui import fairness
from entdemo.ui.buckets import Allowance
from entdemo.ui.fairness import FairQueue, FairSessions


def asked(visitor: str, places: float) -> Any:
    """An event of a visitor, as far as the queue looks at it."""
    state = {"places": places}
    scope = {"type": "http", "client": (visitor, 1), "headers": [], "state": state}
    return Event(None, SimpleNamespace(concurrency_id="model"), Request(scope), None)  # type: ignore[arg-type]


def empty_queue() -> FairQueue:
    with gr.Blocks() as page:
        pass
    made = FairQueue(page, 256)
    made.active_jobs = [None] * 40
    made.event_queue_per_concurrency_id["model"] = EventQueue("model", 8)
    return made


@pytest.fixture
def queue() -> FairQueue:
    return empty_queue()


def fill(queue: FairQueue, *visitors: str, places: float = 1) -> list[str]:
    """Let visitors ask in this order; those whose questions are answered at once."""
    waiting = queue.event_queue_per_concurrency_id["model"]
    waiting.queue += [asked(visitor, places) for visitor in visitors]
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


def test_large_pictures_are_read_one_at_a_time(queue: FairQueue) -> None:
    assert fill(queue, *["10.0.0.1"] * 9, places=25 / 6) == ["10.0.0.1"]
    assert fill(queue, *["10.0.0.2"] * 3, places=2) == ["10.0.0.2"] * 2
    assert fill(queue, *["10.0.0.3"] * 2, places=3) == ["10.0.0.3"]


def test_no_more_run_than_may(queue: FairQueue) -> None:
    assert len(fill(queue, *[f"10.0.0.{n}" for n in range(1, 13)])) == 8


def push(queue: FairQueue, visitor: str, path: str | None = None) -> float:
    """Ask; how many places the question takes."""
    headers = [(b"accept-language", b"vi")]
    request = Request({"type": "http", "client": (visitor, 1), "headers": headers})
    page = {"event_data": {"path": path}, "data": []}
    body = SimpleNamespace(session_hash="visit", fn_index=None, **page)
    asyncio.run(queue.push(body, request, None))  # type: ignore[arg-type]
    return float(request.state.places)


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


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A picture of 24 megapixels that was handed in."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    Image.new("1", (6000, 4000)).save(tmp_path / "large.png")
    return str(tmp_path / "large.png")


def test_a_picture_takes_places_by_its_size(queue: FairQueue, large: str) -> None:
    assert push(queue, "10.0.0.1", large) == 4
    assert push(queue, "10.0.0.1", "/etc/passwd") == push(queue, "10.0.0.1") == 1


def test_pictures_take_tokens_by_their_size(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "MEGAPIXELS", Allowance(burst=50, per_second=0.01))
    queue = empty_queue()
    for _ in range(2):
        push(queue, "10.0.0.1", large)
    with pytest.raises(HTTPException) as refused:
        push(queue, "10.0.0.1", large)
    assert refused.value.status_code == 429
    assert int(refused.value.headers["Retry-After"]) > 2000
    push(queue, "10.0.0.1")
    push(queue, "10.0.0.2", large)


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
