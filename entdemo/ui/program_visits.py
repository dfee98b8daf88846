"""Sessions of programs: each call opens one, and Gradio would keep thousands of them.

A page tells when it is closed; a program does not. Nothing of its calls is needed once they are
answered, so their sessions are dropped a little later.
"""

from __future__ import annotations

import time

import gradio as gr


class ProgramVisits:
    """Notes the sessions that programs' calls came with."""

    def __init__(self) -> None:
        self._called: dict[str, float] = {}

    def note(self, request: gr.Request) -> None:
        """A call came."""
        if request.session_hash:
            self._called[request.session_hash] = time.monotonic()

    def clear(self, page: gr.Blocks, keep_s: float) -> None:
        """Drop sessions whose last call is older than ``keep_s`` seconds and was fetched."""
        queue, states = page._queue, page.state_holder
        for session, called in tuple(self._called.items()):
            if time.monotonic() - called < keep_s or session in queue.pending_event_ids_session:
                continue
            self._called.pop(session, None)
            states.session_data.pop(session, None)
            states.time_last_used.pop(session, None)
            queue.pending_messages_per_session.pop(session, None)
