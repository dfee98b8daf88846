"""From a page event to a handler: a visitor gets one sentence, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from entdemo.errors import PageError, UserError
from entdemo.ui.i18n import alert
from entdemo.ui.logs import error_places

Data = Mapping[str, Any]
Handler = Callable[[Data], tuple[str, ...]]

log = logging.getLogger("entdemo.ui")

AT_ONCE = 8
"""Requests that are decoded, searched and drawn side by side; the engine batches their frames.
Each may hold a decoded picture of 25 megapixels, so the number bounds memory as well."""

MODEL_QUEUE: dict[str, Any] = {
    "concurrency_id": "model",
    "concurrency_limit": AT_ONCE,
    "show_progress": "hidden",
    "api_visibility": "private",
    "trigger_mode": "always_last",
}
"""All events that use the model wait in one queue; its engine keeps them from competing for the
device."""

GALLERY_QUEUE: dict[str, Any] = MODEL_QUEUE | {"concurrency_id": "gallery", "concurrency_limit": 4}
"""Events that only look through the gallery need not wait for the model."""

MAP_QUEUE: dict[str, Any] = MODEL_QUEUE | {"concurrency_id": "map", "concurrency_limit": 4}
"""Nor does anybody who looks through it wait for those who wait for its map."""


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
            return [*handler(data_of(event)), ""]
        except Exception as error:
            return [*[gr.skip() for _ in range(outputs)], alert(as_user_error(error))]

    return listen


def data_of(event: gr.EventData) -> Data:
    """What the page sent with an event; nothing, if it is of a wrong shape."""
    return event._data if isinstance(event._data, Mapping) else {}


def as_user_error(error: Exception) -> UserError:
    """The error itself if it is for the visitor; anything else is logged and made generic.

    The log holds the error's type and places, not its message, which may quote the visitor.
    """
    if isinstance(error, UserError):
        return error
    log.error(error_places(error))
    return PageError("ui.unexpected")
