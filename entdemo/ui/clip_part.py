"""Clips on the page: a timeline of what a video shows, read while the visitor waits.

The upload is gone when the clip is read, or when the visitor stops it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import gradio as gr

from entdemo.clip.timeline import Stretch, Timeline, read_timeline
from entdemo.locale import LANGUAGES
from entdemo.locale.numbers import clock, decimal
from entdemo.ui.cases import class_title
from entdemo.ui.clip_uploads import MOST_BYTES, ClipUploads
from entdemo.ui.events import MODEL_QUEUE, Data, as_user_error, data_of
from entdemo.ui.i18n import alert, attribute_of, both, said, spans
from entdemo.ui.pictures import data_url
from entdemo.ui.shell import end_wait, outlet

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

_MOUNT = (
    "entdemo.mountClip(element, {read: d => trigger('read', d), stop: d => trigger('stop', d)})"
)
_ENDINGS = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm")
"""Of what is a clip wherever it is dropped; a GIF and a DICOM file may be a frame as well."""

CLIP_QUEUE: dict[str, Any] = MODEL_QUEUE | {"concurrency_id": "clip", "concurrency_limit": 1}
"""One clip is decoded at a time; it takes a core of its own."""


class StoppedError(Exception):
    """The visitor wants no more of a clip."""


def build_clip_part(predictor: Predictor, clips: ClipUploads, *, edit: bool) -> None:
    """Place the part's components and connect them.

    Args:
        predictor: classifies frames.
        clips: where those that are handed in lie.
        edit: whether frames may be added to the gallery.
    """
    form = gr.HTML(tools(), js_on_load=_MOUNT, apply_default_css=False)
    message = outlet("clip-message")
    result = outlet("clip-answer")

    def on_read(event: gr.EventData) -> Iterator[list[Any]]:
        try:
            for html in reading(predictor, clips, data_of(event), edit=edit):
                yield [html, ""]
        except Exception as error:
            yield ["", alert(as_user_error(error))]

    running = form.read(on_read, None, [result, message], **CLIP_QUEUE)
    end_wait(running, "clip")
    form.stop(None, None, None, cancels=[running], api_visibility="private")


def reading(predictor: Predictor, clips: ClipUploads, data: Data, *, edit: bool) -> Iterator[str]:
    """HTML that says how far it is, and at last the timeline.

    Args:
        predictor: classifies frames.
        clips: where those that are handed in lie.
        data: ``key`` of the clip.
        edit: whether frames may be added to the gallery.

    Raises:
        UserError: it is no clip within the limits.
    """
    times: SimpleQueue[float | None] = SimpleQueue()
    stopped = threading.Event()

    def told(at: float) -> None:
        if stopped.is_set():
            raise StoppedError
        times.put(at)

    with clips.taken(data.get("key")) as clip, ThreadPoolExecutor(1) as worker:
        job = worker.submit(read_timeline, clip, predictor.classes, told)
        job.add_done_callback(lambda _: times.put(None))
        try:
            while (at := times.get()) is not None:
                yield progress(at)
        finally:
            stopped.set()
        timeline = job.result()
    yield shown(timeline, edit=edit)


def progress(seconds: float) -> str:
    """How much of the clip is read."""
    return f'<p class="hint" role="status">{both("clip.progress", at=clock(seconds))}</p>'


def shown(timeline: Timeline, *, edit: bool) -> str:
    """The stretches as a bar to scale and as a list."""
    total = max(timeline.seconds, 0.1)
    shares = [(it.region or "", (it.end - it.start) / total) for it in timeline.stretches]
    bar = "".join(f'<span class="{it}" style="flex-grow:{of:.4f}"></span>' for it, of in shares)
    notice = timeline.notice
    told = f'<p class="hint">{said(notice)}</p>' if notice else ""
    add = (
        f'<button type="button" class="quiet" data-clip="add">{both("batch.add")}</button>'
        if edit
        else ""
    )
    rows = "".join(map(_row, timeline.stretches))
    return (
        f'<section class="timeline"><h3 class="subhead">{both("clip.timeline")}</h3>{told}'
        f'<div class="timeline-bar" aria-hidden="true">{bar}</div>'
        f'<ol class="stretches">{rows}</ol>{add}</section>'
    )


def _row(it: Stretch) -> str:
    title = class_title(it.class_name) if it.class_name else both("clip.outside")
    doubt = spans(*(decimal(it.doubt, language) for language in LANGUAGES))
    ways = ""
    if it.class_name:
        ways = (
            f'<button type="button" class="quiet" data-clip="similar">{both("clip.similar")}'
            f'</button><label class="tick"><input type="checkbox" value="{it.class_name}">'
            f"{both('clip.pick')}</label>"
        )
    alt = attribute_of("alt", "clip.best", at=clock(it.best_at))
    return (
        f'<li><img src="{data_url(it.best)}" {alt}>'
        f"<div><h4>{title}</h4><p>{clock(it.start)} – {clock(it.end)}</p>"
        f"<p>{both('batch.doubt')} {doubt}</p>{ways}</div></li>"
    )


def tools() -> str:
    """Where a clip is handed in."""
    accept = ",".join(("video/*", *_ENDINGS, ".gif", ".dcm"))
    return (
        f'<form id="clip" data-limit="{MOST_BYTES}" data-endings="{" ".join(_ENDINGS)}">'
        f"<h2>{both('clip.title')}</h2>"
        f'<p class="hint">{both("clip.about", limit=MOST_BYTES // 1024**2)}</p>'
        f'<div class="ways"><label class="primary file"><input type="file" class="unseen" '
        f'accept="{accept}">{both("clip.choose")}</label>'
        f'<button type="button" class="quiet" data-clip="stop" hidden>{both("batch.cancel")}'
        '</button></div><p class="hint" id="clip-sending" role="status" hidden></p>'
        '<div id="clip-local"></div></form>'
    )
