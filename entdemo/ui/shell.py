"""Parts that every tab shares: places for answers, and the state before the first one."""

from __future__ import annotations

from typing import Any

import gradio as gr

from entdemo.ui.answer import bars
from entdemo.ui.i18n import both


def outlet(elem_id: str, value: str = "") -> gr.HTML:
    """A place on the page that handlers fill with HTML."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=None, apply_default_css=False)


def empty(key: str) -> str:
    """What stands in an answer's place before there is one; it has the answer's own shape."""
    return (
        '<section class="answer empty"><div class="verdict" role="status">'
        f'<h2>{both(key)}</h2><p class="hint">{both(f"{key}_more")}</p></div>'
        f"<h3>{both('answer.probabilities')}</h3>{bars({})}</section>"
    )


def settle(place: str) -> dict[str, Any]:
    """Arguments of ``.then()`` that end the waiting state of a part of the page."""
    return {
        "fn": None,
        "js": f"() => entdemo.settle('{place}')",
        "api_visibility": "private",
        "show_progress": "hidden",
    }
