"""The Gallery tab: all cases, by filter and on a map, and the visitor's own where that may be."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from entdemo.gallery.browse import browse, mixed
from entdemo.gallery.filters import CaseFilter
from entdemo.gallery.projection import shown_rows
from entdemo.ui.events import GALLERY_QUEUE, MAP_QUEUE, Data
from entdemo.ui.gallery_tab_edit import build_edit
from entdemo.ui.gallery_tab_views import case_button, filters, page_of_cases
from entdemo.ui.i18n import attribute_of, both
from entdemo.ui.learn_part import build_learning
from entdemo.ui.map_view import Maps, map_view
from entdemo.ui.shell import connect, outlet

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery
    from entdemo.predictor import Predictor
    from entdemo.ui.editor import Editor
    from entdemo.ui.learning import Learning

_MOST_TEXT = 200
_MOUNT = (
    "entdemo.mountGallery(element, {browse: d => trigger('browse', d), "
    "chart: d => trigger('chart', d), pick: d => trigger('pick', d)})"
)


def build_gallery_tab(
    predictor: Predictor, editor: Editor | None, learning: Learning | None = None
) -> None:
    """Place the tab's components and connect them.

    Args:
        predictor: whose gallery is shown.
        editor: adds and removes cases; None where visitors must not.
        learning: likewise lets weights learn from them.
    """

    def filter_form() -> str:
        return filters(predictor.gallery.cases, own=editor is not None)

    with gr.Row(elem_classes="columns"):
        with gr.Column(elem_classes="ask"):
            form = gr.HTML("", js_on_load=_MOUNT, apply_default_css=False)
            fields = outlet("gallery-filters", filter_form())
            message = outlet("gallery-message")
        with gr.Column(elem_classes="reply"):
            outlet("gallery-view", view_switch(edit=editor is not None, learn=learning is not None))
            if editor:
                build_edit(predictor, editor, filter_form, fields)
            if learning:
                build_learning(predictor, learning)
            found = outlet("gallery-answer")
            chart = outlet("map-answer")
            chart_message = outlet("map-message")
            picked = outlet("pick-answer")
    maps = Maps()

    def on_browse(data: Data) -> tuple[str]:
        # Whoever looks at the cases may want the map next.
        maps.begin(predictor.gallery)
        own = editor.own_ids() if editor else frozenset()
        return (listing(predictor.gallery, data, own),)

    def on_chart(data: Data) -> tuple[str]:
        gallery = predictor.gallery
        return (map_view(gallery, maps.of(gallery)),)

    def on_pick(data: Data) -> tuple[str]:
        return (case_button(predictor.gallery.case(str(data.get("case_id")))),)

    connect(form.browse, on_browse, [found, message], "gallery", GALLERY_QUEUE)
    connect(form.chart, on_chart, [chart, chart_message], "map", MAP_QUEUE)
    connect(form.pick, on_pick, [picked, chart_message], "pick", GALLERY_QUEUE)


def view_switch(*, edit: bool, learn: bool = False) -> str:
    """The choice between cards, map and, where that may be, own cases and learning from them."""
    own = (*(["edit"] if edit else []), *(["learn"] if learn else []))
    views = ("cards", "map", *own)
    buttons = "".join(
        f'<button type="button" data-view="{name}" aria-pressed="{str(name == "cards").lower()}">'
        f"{both(f'gallery.as_{name}')}</button>"
        for name in views
    )
    places = ("gallery", "map", "pick", *own)
    local = "".join(f'<div id="{place}-local"></div>' for place in places)
    return (
        f'<div class="switch" role="group" {attribute_of("aria-label", "gallery.view")}>'
        f"{buttons}</div>{local}"
        f'<p class="hint" id="map-wait" hidden>{both("map.making")}</p>'
    )


def listing(gallery: Gallery, data: Data, own: frozenset[str]) -> str:
    """The page of cases that was asked for, and which marks of the map they are.

    Args:
        gallery: where to look.
        data: the form's fields and the page.
        own: ids of the visitor's own cases, which can be removed.

    Raises:
        UserError: if a region or class is unknown.
    """
    found = mixed(wanted(gallery, data, own if data.get("own") else None))
    page = data.get("page")
    html = page_of_cases(found, len(gallery.cases), page if isinstance(page, int) else 1, own)
    if len(found) < len(gallery.cases):
        html += f'<data class="matches" value="{json.dumps(marks(gallery, found))}"></data>'
    return html


def wanted(gallery: Gallery, data: Data, among: Collection[str] | None) -> list[Case]:
    """The cases that fit the form.

    Args:
        gallery: where to look.
        data: the form's fields; an empty one leaves that open.
        among: ids of the only cases that count, None for all.
    """
    chosen = {name: frozenset(filter(None, [str(data.get(name) or "")])) for name in _FIELDS}
    where = CaseFilter(
        regions=chosen["region"],
        classes=chosen["class"],
        findings=chosen["finding"],
        sources=chosen["source"],
    )
    text = str(data.get("text") or "")[:_MOST_TEXT]
    found = browse(gallery.cases, where, text)
    return found if among is None else [case for case in found if case.case_id in among]


_FIELDS = ("region", "class", "finding", "source")


def marks(gallery: Gallery, found: list[Case]) -> list[int]:
    """Which marks of the map, counted from 0, stand for cases that were found."""
    ids = {case.case_id for case in found}
    rows = shown_rows(len(gallery.cases))
    there = [gallery.cases[row].case_id in ids for row in rows]
    return [int(place) for place in np.flatnonzero(there)]
