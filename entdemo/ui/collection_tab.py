"""The Collections tab: cases that a visitor put together, ordered, with notes.

What a collection holds is known to the page alone; the server draws its cards, makes files of it,
and keeps it only for whoever runs the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.gallery.collection import MOST_CASES, MOST_LETTERS
from entdemo.ui.events import GALLERY_QUEUE, Data
from entdemo.ui.gallery_tab_views import case_button
from entdemo.ui.i18n import attribute_of, both
from entdemo.ui.shell import connect, outlet

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery
    from entdemo.predictor import Predictor

_MOUNT = "entdemo.mountCollection(element, d => trigger('lay', d))"
_FILES = ("pptx", "pdf", "apkg", "zip")


def build_collection_tab(predictor: Predictor, keeps: bool) -> None:
    """Place the tab's components and connect them.

    Args:
        predictor: whose gallery holds the cases.
        keeps: whether this computer keeps collections, else the visitor's browser does.
    """
    with gr.Row(elem_classes="columns"):
        with gr.Column(elem_classes="ask"):
            form = gr.HTML(tools(keeps), js_on_load=_MOUNT, apply_default_css=False)
            message = outlet("collection-message")
        with gr.Column(elem_classes="reply"):
            laid = outlet("collection-answer", rows(predictor.gallery, []))

    def on_lay(data: Data) -> tuple[str]:
        asked = data.get("cases")
        wanted = [str(it) for it in asked[:MOST_CASES]] if isinstance(asked, list) else []
        return (rows(predictor.gallery, wanted),)

    connect(form.lay, on_lay, [laid, message], "collection", GALLERY_QUEUE)


def tools(keeps: bool) -> str:
    """The collection's name and what can be done with it."""
    place = "here" if keeps else "browser"
    files = "".join(
        f'<button type="button" class="quiet" data-handout="{kind}">{both(f"collection.{kind}")}'
        "</button>"
        for kind in _FILES
    )
    return (
        f'<form id="collection" data-keeps="{place}" data-most="{MOST_CASES}">'
        f'<h2>{both("collection.title")}</h2><p class="hint">{both("collection.about")}</p>'
        f'<label for="collection-name">{both("collection.name")}</label>'
        '<input type="text" id="collection-name" maxlength="100" autocomplete="off">'
        f'<div class="ways"><button type="submit" class="primary">{both("collection.keep")}'
        f'</button><button type="button" class="quiet" data-collection="new">'
        f"{both('collection.new')}</button></div>"
        f'<p class="hint small">{both(f"collection.kept_{place}")}</p>'
        f'<h3 class="subhead">{both("collection.kept")}</h3><ul id="collection-kept"></ul>'
        f'<h3 class="subhead">{both("collection.use")}</h3>'
        f'<button type="button" class="quiet" data-collection="quiz">{both("collection.quiz")}'
        f'</button><label class="tick"><input type="checkbox" id="collection-answers" checked>'
        f'{both("collection.answers")}</label><div class="ways">{files}</div>'
        f'<h3 class="subhead">{both("collection.share")}</h3><div class="ways">'
        f'<button type="button" class="quiet" data-collection="link">{both("collection.link")}'
        f'</button><button type="button" class="quiet" data-collection="save">'
        f'{both("collection.save")}</button><button type="button" class="quiet" '
        f'data-collection="open">{both("collection.open")}</button>'
        '<input type="file" id="collection-file" accept=".json,application/json" hidden></div>'
        '<p class="hint small" id="collection-told" role="status"></p>'
        '<div id="collection-local"></div></form>'
    )


def rows(gallery: Gallery, case_ids: Sequence[str]) -> str:
    """The cases in their order; one that the gallery lacks is named."""
    if not case_ids:
        return f'<p class="hint">{both("collection.empty")}</p>'
    items = "".join(_row(case_id, gallery.find(case_id)) for case_id in case_ids)
    return f'<ol class="collected">{items}</ol>'


def _row(case_id: str, case: Case | None) -> str:
    shown = (
        f'<div class="card">{case_button(case)}</div>'
        if case
        else f'<p class="hint">{both("collection.lacks", case=case_id)}</p>'
    )
    tools = "".join(
        f'<button type="button" class="link" data-move="{move}" '
        f"{attribute_of('aria-label', f'collection.{move}_case', case=case_id)}>"
        f"{both(f'collection.{move}')}</button>"
        for move in ("up", "down", "out")
    )
    return (
        f'<li data-collected="{escape(case_id)}">{shown}<div class="collected-side">'
        f"<label>{both('collection.note')}"
        f'<textarea rows="4" maxlength="{MOST_LETTERS}"></textarea></label>'
        f'<div class="ways">{tools}</div></div></li>'
    )
