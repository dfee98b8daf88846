"""A program's session is dropped once its call is answered and fetched, a page's is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr

from entdemo.ui.program_visits import ProgramVisits


def page_with_visits() -> Any:
    with gr.Blocks() as page:
        gr.State(1)
    for session in ("page", "program", "waiting"):
        page.state_holder[session]
        page._queue.pending_messages_per_session[session] = object()
    page._queue.pending_event_ids_session["waiting"] = {"event"}
    return page


def test_answered_calls_leave_no_session() -> None:
    page, visits = page_with_visits(), ProgramVisits()
    for session in ("program", "waiting", None):
        visits.note(SimpleNamespace(session_hash=session))
    visits.clear(page, keep_s=60)
    assert "program" in page.state_holder.session_data
    visits.clear(page, keep_s=0)
    assert set(page.state_holder.session_data) == {"page", "waiting"}
    assert set(page.state_holder.time_last_used) == {"page", "waiting"}
    assert set(page._queue.pending_messages_per_session) == {"page", "waiting"}
    page._queue.pending_event_ids_session.clear()
    visits.clear(page, keep_s=0)
    assert set(page.state_holder.session_data) == {"page"}
