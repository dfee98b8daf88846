"""From a page event to a handler: a visitor gets one sentence, never a traceback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from entdemo.errors import UserError
from entdemo.ui.i18n import alert

Data = Mapping[str, Any]
Handler = Callable[[Data], tuple[str, ...]]

log = logging.getLogger("entdemo.ui")

MODEL_QUEUE: dict[str, Any] = {
    "concurrency_id": "model",
    "concurrency_limit": 1,
    "show_progress": "hidden",
    "api_visibility": "private",
    "trigger_mode": "always_last",
}
"""All events that use the model wait in one queue, so frames never compete for the device."""


def listener(handler: Handler, outputs: int) -> Callable[[gr.EventData], list[Any]]:
    """Wrap a handler for a component's event.

    Args:
        handler: takes the event's data, returns the HTML of each output.
        outputs: how many outputs that are.

    Returns:
        A function for Gradio that gives the handler's outputs and then the HTML of the error
        message; after an error the outputs stay as they are on the page.
    """

    def listen(event: gr.EventData) -> list[Any]:
        try:
            data = event._data if isinstance(event._data, Mapping) else {}
            return [*handler(data), ""]
        except Exception as error:
            return [*[gr.skip() for _ in range(outputs)], alert(as_user_error(error))]

    return listen


def as_user_error(error: Exception) -> UserError:
    """The error itself if it is for the visitor; anything else is logged and made generic.

    The log holds the error's type and places, not its message, which may quote the visitor.
    """
    if isinstance(error, UserError):
        return error
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("%s in %s", type(error).__name__, " > ".join(places))
    return UserError("ui.unexpected")
