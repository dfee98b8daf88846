"""The case viewer: a dialog that the page fills; the server only finds similar cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from entdemo.ui.cases import cards
from entdemo.ui.compare import build_compare, zoom_bar
from entdemo.ui.events import Data
from entdemo.ui.i18n import attribute_of, both
from entdemo.ui.shell import connect, outlet

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

NEIGHBOURS = 8
_MOUNT = "entdemo.mountViewer(element, d => trigger('similar', d))"


def build_viewer(predictor: Predictor) -> None:
    """Place the viewer with its comparison, and connect it."""
    viewer = gr.HTML(dialog(), js_on_load=_MOUNT, apply_default_css=False)
    build_compare()
    result = outlet("similar-answer")
    message = outlet("similar-message")

    def on_similar(data: Data) -> tuple[str]:
        return (similar(predictor, str(data.get("case_id"))),)

    connect(viewer.similar, on_similar, [result, message], "similar")


def similar(predictor: Predictor, case_id: str) -> str:
    """Cards of the cases nearest to a case.

    Raises:
        UserError: if there is no such case.
    """
    near = predictor.similar(case_id, NEIGHBOURS)
    return (
        f'<div class="similar"><h3>{both("case.similar_to")}</h3>'
        f"{cards(near, predictor.gallery)}</div>"
    )


def _own_sheet() -> str:
    """The visitor's frame enlarged; the page puts its picture in."""
    return (
        f'<template id="own-sheet"><div class="sheet-picture">'
        f'<img {attribute_of("alt", "frame.query")} draggable="false"></div>'
        f'<div class="sheet-text"><h2 tabindex="-1">{both("frame.query")}</h2>'
        f'<p class="hint">{both("compare.hint")}</p></div></template>'
    )


def dialog() -> str:
    """The empty dialog; it keeps the focus inside and closes on Escape by itself."""
    steps = "".join(
        f'<button type="button" class="quiet" data-viewer="{name}" hidden>{both(f"case.{name}")}'
        "</button>"
        for name in ("previous", "next", "back")
    )
    return (
        '<dialog id="viewer" aria-labelledby="viewer-title"><div class="viewer-bar">'
        f'{steps}{zoom_bar()}<button type="button" class="quiet" data-viewer="full" hidden>'
        f"{both('case.full')}</button>"
        f'<button type="button" class="quiet" data-viewer="close">{both("case.close")}'
        f'</button></div><div class="viewer-sheet"></div>{_own_sheet()}'
        '<div id="similar-local"></div>'
        '<div class="viewer-similar" aria-live="polite"></div></dialog>'
    )
