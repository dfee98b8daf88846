"""The Many tab: frames of a folder or a ZIP, answered one after the other into one table.

The page holds the files, unpacks the ZIP and hands in one frame at a time, so that nothing but the
frame at hand is ever on the server, and names of files never are.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.batch import COLUMNS, Answered, cells
from entdemo.errors import FrameError
from entdemo.gallery.tree import PICTURE_ENDINGS
from entdemo.image.decode import MAX_BYTES
from entdemo.image.frame import Frame
from entdemo.image.jpeg import encode_jpeg
from entdemo.inference.spoken import grade_name
from entdemo.locale import LANGUAGES
from entdemo.storage.table import csv_bytes
from entdemo.taxonomy import CLASS_NAMES, CLASSES
from entdemo.ui.events import MODEL_QUEUE, Data
from entdemo.ui.gallery_tab_views import case_button
from entdemo.ui.i18n import attribute, attribute_of, both, capital, said, spans
from entdemo.ui.pictures import data_url
from entdemo.ui.shell import connect, outlet
from entdemo.ui.uploads import read_upload

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

MOST = 200
"""Frames at once."""

_SIDE = 96
_MOUNT = "entdemo.mountBatch(element, upload, d => trigger('line', d))"
_HEADS = ("picture", "name", "verdict", "class", "doubt", "nearest")


def build_batch_tab(predictor: Predictor, *, edit: bool) -> None:
    """Place the tab's components and connect them.

    Args:
        predictor: answers.
        edit: whether frames may be added to the gallery.
    """
    form = gr.HTML(tools(edit=edit), js_on_load=_MOUNT, apply_default_css=False)
    line = outlet("batch-answer")
    message = outlet("batch-message")

    def on_line(data: Data) -> tuple[str]:
        return (answered(predictor, data),)

    connect(form.line, on_line, [line, message], "batch", MODEL_QUEUE)


def answered(predictor: Predictor, data: Data) -> str:
    """The row of an uploaded frame, or why it is none; the file is gone afterwards.

    Args:
        predictor: answers.
        data: ``path`` of the upload, and ``turn``, by which the page knows the row again.

    Raises:
        UserError: if there is no such upload.
    """
    given = data.get("turn")
    turn = given if isinstance(given, int) else 0
    try:
        frame = read_upload(data.get("path"))
    except FrameError as error:
        return row(turn, Answered("", None, error), None)
    it = Answered("", predictor.predict(frame), frame.warning)
    return row(turn, it, frame, predictor)


def row(turn: int, it: Answered, frame: Frame | None, predictor: Predictor | None = None) -> str:
    """A row of the table without the file's name, which only the page knows.

    Args:
        turn: the page's number of it.
        it: what came of the picture.
        frame: the picture; None where it cannot be read.
        predictor: whose gallery holds the nearest case.
    """
    _, *rest = cells(it)
    told = csv_bytes((), [rest]).decode("utf-8-sig").strip("\r\n")
    grade = "unreadable" if it.prediction is None else it.prediction.judgement.grade
    name = it.prediction.class_name if it.prediction and grade != "refused" else ""
    picture = ""
    if frame is not None:
        source = data_url(encode_jpeg(frame.shown(), _SIDE))
        picture = f'<img src="{source}" alt="" width="{_SIDE}" height="{_SIDE}">'
    return (
        f'<table><tbody><tr data-turn="{turn}" data-doubt="{it.doubt:.4f}" data-grade="{grade}" '
        f'data-class="{name}" data-cells="{escape(told)}">'
        f'<td><input type="checkbox" {attribute_of("aria-label", "batch.pick")}></td>'
        f'<td>{picture}</td><th scope="row"></th><td>{_verdict(it)}</td>'
        f"<td>{_classes(name) if it.prediction else ''}</td><td>{it.doubt:.2f}</td>"
        f"<td>{_nearest(it, predictor)}</td></tr></tbody></table>"
    )


def _verdict(it: Answered) -> str:
    note = f"<p>{said(it.note)}</p>" if it.note else ""
    if it.prediction is None:
        return f"<strong>{both('batch.unreadable')}</strong>{note}"
    judged = it.prediction.judgement
    return f"<strong>{spans(*(grade_name(judged, code) for code in LANGUAGES))}</strong>{note}"


def _classes(chosen: str) -> str:
    """The class to correct; none is chosen where the answer names none."""
    options = _options(chosen)
    none = "" if chosen else f'<option value="" {attribute_of("label", "batch.none")}></option>'
    return f"<select {attribute_of('aria-label', 'batch.correct')}>{none}{options}</select>"


def _options(chosen: str) -> str:
    return "".join(
        f'<option value="{name}"{" selected" if name == chosen else ""} '
        f"{attribute('label', *(capital(CLASS_NAMES[name][code]) for code in LANGUAGES))}>"
        f"{escape(capital(CLASS_NAMES[name]['en']))}</option>"
        for name in CLASSES
    )


def _nearest(it: Answered, predictor: Predictor | None) -> str:
    if predictor is None or it.prediction is None or it.prediction.judgement.grade == "refused":
        return ""
    near = it.prediction.neighbours[:1]
    if not near:
        return ""
    return f'<div class="card">{case_button(predictor.gallery.case(near[0].case_id))}</div>'


def tools(*, edit: bool) -> str:
    """Where frames are handed in, what is done with the table, and the empty table."""
    endings = " ".join(PICTURE_ENDINGS)
    accept = ",".join(("image/*", ".zip", *PICTURE_ENDINGS))
    add = (
        f'<button type="button" class="quiet" data-batch="add">{both("batch.add")}</button>'
        if edit
        else ""
    )
    grades = "".join(
        f'<option value="{name}" {attribute_of("label", f"batch.only_{name}")}></option>'
        for name in ("all", "check", "refused", "unreadable")
    )
    heads = "".join(f'<th scope="col">{both(f"batch.{name}")}</th>' for name in _HEADS)
    return (
        f'<form id="batch" data-most="{MOST}" data-limit="{MAX_BYTES}" data-endings="{endings}" '
        f'data-columns="{",".join((*COLUMNS, "corrected_class"))}">'
        f'<h2>{both("batch.title")}</h2><p class="hint">{both("batch.about", most=MOST)}</p>'
        '<div class="ways"><label class="primary file">'
        f'<input type="file" multiple class="unseen" accept="{accept}">{both("batch.choose")}'
        f'</label><button type="button" class="quiet" data-batch="cancel" hidden>'
        f'{both("batch.cancel")}</button></div><p class="batch-progress" hidden>'
        f'<progress max="1" value="0" {attribute_of("aria-label", "batch.progress")}></progress> '
        '<span role="status"></span></p><div id="batch-local"></div>'
        '<div class="batch-tools" hidden>'
        f'<label>{both("batch.sort")}<select name="sort">'
        f'<option value="doubt" {attribute_of("label", "batch.by_doubt")}></option>'
        f'<option value="name" {attribute_of("label", "batch.by_name")}></option></select></label>'
        f'<label>{both("batch.filter")}<select name="grade">{grades}</select></label>'
        f'<label>{both("batch.ticked")}<select name="ticked">'
        f'<option value="" {attribute_of("label", "edit.choose_class")}></option>'
        f"{_options('')}</select></label>"
        f'<button type="button" class="quiet" data-batch="csv">{both("batch.csv")}</button>{add}'
        '</div><div class="batch-table" hidden tabindex="0" '
        f'{attribute_of("aria-label", "batch.title")} role="region">'
        f'<table id="batch-rows"><thead><tr><td><input type="checkbox" '
        f"data-batch-all {attribute_of('aria-label', 'batch.all')}></td>{heads}</tr>"
        "</thead><tbody></tbody></table>"
        "</div></form>"
    )
