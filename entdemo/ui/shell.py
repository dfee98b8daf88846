"""Parts that every tab shares: places for answers, and the state before the first one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from entdemo.ui.events import MODEL_QUEUE, Handler, listener
from entdemo.ui.i18n import both

TASKS = ("describe", "quiz", "gallery")
"""Tabs that a visitor may go to beside handing in a frame."""


def outlet(elem_id: str, value: str = "", *, kept: bool = False) -> gr.HTML:
    """A place on the page that handlers fill with HTML.

    Args:
        elem_id: its id.
        value: what it holds at first.
        kept: whether the page brings again what it held, at Back or after a reload.
    """
    keep = f"entdemo.keep('{elem_id}', props)" if kept else None
    return gr.HTML(value, elem_id=elem_id, js_on_load=keep, apply_default_css=False)


def earlier() -> gr.HTML:
    """The list of what was asked in this visit; the page fills it."""
    return gr.HTML(
        f'<details data-earlier hidden><summary>{both("visit.earlier")}<span class="badge" '
        'data-count></span></summary><div class="refine-body"><ul class="earlier"></ul>'
        f'<p class="hint small">{both("visit.kept")}</p>'
        f'<button type="button" class="link" data-forget>{both("visit.forget")}</button>'
        "</div></details>",
        js_on_load="entdemo.mountEarlier(element)",
        apply_default_css=False,
        elem_classes="refine",
    )


def empty(tab: str) -> str:
    """What stands in an answer's place before there is one."""
    return (
        '<section class="answer empty"><div class="verdict" role="status">'
        f'<h2>{both(f"empty.{tab}")}</h2><p class="hint">{both(f"empty.{tab}_more")}</p></div>'
        "</section>"
    )


def tasks() -> str:
    """What else can be done, beside the first answer."""
    others = "".join(
        f'<li><button type="button" class="quiet" data-go="{name}">{both(f"task.{name}")}</button>'
        "</li>"
        for name in TASKS
    )
    return (
        f'<p class="hint first">{both("frame.first")}</p><p class="hint">{both("frame.else")}</p>'
        f'<ul class="tasks">{others}</ul>'
    )


def connect(
    event: Callable[..., Any],
    handler: Handler,
    outputs: Sequence[gr.HTML],
    place: str,
    queue: Mapping[str, Any] = MODEL_QUEUE,
) -> None:
    """Let a handler answer an event of the page.

    Args:
        event: a component's event method.
        handler: gives the HTML of each output but the last, which is for messages.
        outputs: where the HTML goes.
        place: the part of the page that waits meanwhile.
        queue: options of the event, for example in which queue it waits.
    """
    answered = event(listener(handler, len(outputs) - 1), None, list(outputs), **queue)
    end_wait(answered, place)


def end_wait(answered: Any, place: str) -> None:
    """Let a place of the page stop waiting once its event is answered, or has failed."""
    hidden = {"fn": None, "api_visibility": "private", "show_progress": "hidden"}
    answered.then(js=f"() => entdemo.settle('{place}')", **hidden)
    answered.failure(js=f"() => entdemo.fail('{place}')", **hidden)
