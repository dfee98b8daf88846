"""The Frame tab: a picture in, its class and the cases that look like it out."""

from __future__ import annotations

import threading
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.errors import QueryError
from entdemo.gallery.filters import EVERYTHING
from entdemo.image.decode import MAX_BYTES
from entdemo.image.frame import Frame, load_frame
from entdemo.image.page import LIT
from entdemo.locale import LANGUAGES
from entdemo.predictor import MAX_TEXT
from entdemo.taxonomy import CLASS_NAMES, CLASSES
from entdemo.ui.answer import answer
from entdemo.ui.cases import case_picture, origin
from entdemo.ui.correction import build_correction
from entdemo.ui.crop import crop_again, crop_dialog, crop_first
from entdemo.ui.events import Data
from entdemo.ui.filters import build_filters, read_filter
from entdemo.ui.i18n import attribute, attribute_of, both, word
from entdemo.ui.pictures import query_picture
from entdemo.ui.shell import connect, earlier, empty, outlet, tasks
from entdemo.ui.uploads import read_upload
from entdemo.ui.why import legend, overlay

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery
    from entdemo.inference.prediction import Explanation
    from entdemo.predictor import Predictor
    from entdemo.ui.editor import Editor

NEIGHBOURS = 12
FIRST_NEIGHBOURS = 6
"""On the first screen, which everybody loads."""

EXAMPLE_SIDE, UPLOAD_SIDE = 400, 960
"""Pixels of the longer side of the query as it is shown."""

_MOUNT = "entdemo.mountCrop(element); entdemo.mountFrame(element, upload, d => trigger('frame', d))"


def build_frame_tab(predictor: Predictor, editor: Editor | None = None) -> None:
    """Place the tab's components and connect them.

    Args:
        predictor: answers.
        editor: takes up frames that were answered wrongly; None where visitors must not.
    """
    with gr.Row(elem_classes="columns"):
        with gr.Column(elem_classes="ask"):
            # What the view says of the frame is to be read before the frame.
            why = outlet("frame-why", kept=True)
            with gr.Column(elem_id="frame-stage"):
                outlet("frame-drop", drop_area())
                query = outlet("frame-query", kept=True)
            ask = gr.HTML(controls(), js_on_load=_MOUNT, apply_default_css=False)
            message = outlet("frame-message")
            outlet("frame-examples", examples(predictor.gallery))
            outlet("frame-why-switch", why_switch())
            gr.HTML(
                words_panel(),
                js_on_load="entdemo.mountWords(element)",
                apply_default_css=False,
                elem_classes="refine",
            )
            build_filters(predictor.gallery, "frame")
            earlier()
            outlet("frame-limits", limits())
        with gr.Column(elem_classes="reply"):
            outlet("frame-tasks", tasks())
            result = outlet("frame-answer", empty("frame"), kept=True)
            if editor:
                build_correction(editor)
    shown = FirstScreen(predictor)

    def on_frame(data: Data) -> tuple[str, str, str]:
        return shown.reply() if data.get("first") is True else reply(predictor, data)

    connect(ask.frame, on_frame, [query, why, result, message], "frame")


def reply(predictor: Predictor, data: Data, count: int = NEIGHBOURS) -> tuple[str, str, str]:
    """Query picture, what the model looked at, and answer.

    Args:
        predictor: answers.
        data: ``path`` of an upload with its ``page``, or ``case_id`` of an example, which is not
            listed as its own neighbour; ``filter``; ``words`` that are added to the frame, with
            their ``share``; ``why``, whether it is to be explained.
        count: how many cases are shown.

    Raises:
        UserError: the frame, the filter or the words cannot be used.
    """
    case_id = str(data.get("case_id") or "")
    frame = (
        example_frame(predictor.gallery, case_id)
        if case_id
        else read_upload(data.get("path"), read_page(data.get("page")))
    )
    chosen = read_filter(data.get("filter"))
    where = replace(chosen, without=frozenset({case_id}))
    words = str(data.get("words") or "").strip()
    prediction = (
        predictor.combine(frame, words, read_share(data.get("share")), count, where)
        if words
        else predictor.predict(frame, count, where)
    )
    refused = prediction.judgement.grade == "refused"
    why = predictor.explain(frame) if data.get("why") is True and not refused else None
    filtered = chosen != EVERYTHING
    shown = answer(
        prediction, predictor.gallery, "frame", words, filtered=filtered, notice=frame.warning
    )
    case = predictor.gallery.case(case_id) if case_id else None
    return query_view(frame, why, case), legend(why) if why else "", shown


class FirstScreen:
    """The example that is answered before anybody asks: the first that can be trusted.

    It is computed once for a gallery, for all visitors.
    """

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._lock = threading.Lock()
        self._last: tuple[Gallery, tuple[str, str, str]] | None = None

    def reply(self) -> tuple[str, str, str]:
        """As ``reply``; nothing where the gallery is empty.

        Raises:
            UserError: a frame of the gallery cannot be read.
        """
        gallery = self._predictor.gallery
        with self._lock:
            if self._last is None or self._last[0] is not gallery:
                self._last = gallery, self._made(gallery)
            return self._last[1]

    def _made(self, gallery: Gallery) -> tuple[str, str, str]:
        made = ("", "", empty("frame"))
        for case in example_cases(gallery):
            made = reply(self._predictor, {"case_id": case.case_id}, FIRST_NEIGHBOURS)
            if 'class="answer trust"' in made[2]:
                break
        return made


def read_page(data: object) -> int:
    """Which picture of a file is meant, as the page sent it; ``LIT`` before one was chosen."""
    return data if isinstance(data, int) and not isinstance(data, bool) and data > 0 else LIT


def read_share(data: object) -> float:
    """How much words count, as the page sent it.

    Raises:
        UserError: unless it is a number.
    """
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise QueryError("predict.share", value=data)
    return float(data)


def example_frame(gallery: Gallery, case_id: str) -> Frame:
    """The frame of a gallery case.

    Raises:
        UserError: if there is no such case.
    """
    return load_frame(gallery.frame_path(gallery.case(case_id)))


def query_view(frame: Frame, why: Explanation | None = None, case: Case | None = None) -> str:
    """The visitor's frame, with a ring around the disc that was found.

    Args:
        frame: what was asked with.
        why: what the model looked at, to be laid over it.
        case: the example that it is; None for an upload.
    """
    height, width = frame.rgb.shape[:2]
    alt = attribute_of("alt", "frame.query")
    # An example can be had larger by its address; of an upload nothing is kept to ask for.
    side = EXAMPLE_SIDE if case else UPLOAD_SIDE
    ring = ""
    if frame.disc is not None:
        disc = frame.disc
        ring = (
            f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
            f'<circle cx="{disc.cx:.1f}" cy="{disc.cy:.1f}" r="{disc.radius:.1f}"/></svg>'
        )
    enlarge = attribute_of("aria-label", "frame.enlarge")
    caption = both("frame.disc" if ring else "frame.no_disc")
    return (
        f'<figure class="query" data-of="{escape(case.case_id) if case else ""}">'
        f'<img src="{query_picture(frame, side)}" {alt} width="{width}" '
        f'height="{height}">{overlay(frame, why) if why else ""}{ring}'
        f"<figcaption>{f'{origin(case)} · ' if case else ''}{caption}</figcaption>"
        f'<button type="button" class="enlarge" data-enlarge {enlarge}>⤢</button></figure>'
        f"{pager(frame)}"
    )


def pager(frame: Frame) -> str:
    """Which picture of its file the frame is, where that holds several, and the way to others."""
    if frame.pages == 1:
        return ""
    as_clip = (
        f'<button type="button" class="quiet" data-as-clip>{both("frame.as_clip")}</button>'
        if frame.moves
        else ""
    )
    return (
        f'<form class="pages ways"><label>{both("frame.page")} <input type="number" name="page" '
        f'min="1" max="{frame.pages}" value="{frame.page}" required></label>'
        f"<span>{both('frame.pages', pages=frame.pages)}</span>"
        f'<button type="submit" class="quiet">{both("frame.show_page")}</button>{as_clip}</form>'
    )


def drop_area() -> str:
    """Where a frame is dropped or pasted; the visitor's frame later covers it."""
    return (
        f'<div class="drop"><p class="drop-main with-mouse">{both("frame.drop")}</p>'
        f'<p class="hint with-mouse">{both("frame.paste")}</p>'
        f'<p class="hint by-touch">{both("frame.here")}</p></div>'
    )


def why_switch() -> str:
    """Asks for what the model looked at; there is nothing to ask before the first frame."""
    return (
        '<div class="ways why-row"><button type="button" class="quiet" data-why '
        f'aria-pressed="false" aria-controls="frame-why" disabled>{both("why.show")}</button>'
        f"{crop_again()}</div>"
    )


def controls() -> str:
    """Other ways to hand in a frame."""
    return (
        f'<div class="ways" data-limit="{MAX_BYTES}">'
        '<label class="primary file"><input type="file" accept="image/*,.dcm" '
        f'class="unseen">{both("frame.choose")}</label>'
        f'<button type="button" class="quiet" data-camera hidden>{both("frame.camera")}</button>'
        f'</div>{crop_first()}{crop_dialog()}<div id="frame-local"></div>'
        '<div id="frame-slow" role="status" hidden><img alt="" width="96" height="96">'
        f"<p>{both('frame.slow')}</p></div>"
        f'<dialog id="camera" {attribute_of("aria-label", "frame.camera")}><div class="viewer-bar">'
        f'<button type="button" class="quiet" data-camera-stop>{both("case.close")}</button></div>'
        '<video playsinline muted></video><button type="button" class="primary" data-camera-shoot>'
        f"{both('frame.shoot')}</button></dialog>"
    )


def limits() -> str:
    """What may be handed in, and what becomes of it."""
    return f'<p class="hint small">{both("frame.limits", limit=MAX_BYTES // 1024**2)}</p>'


def words_panel() -> str:
    """Words that are added to a frame, and how much they count."""
    placeholder = attribute_of("placeholder", "words.placeholder")
    percent = attribute(
        "aria-valuetext", *(word("words.percent", c, percent=50) for c in LANGUAGES)
    )
    return (
        f'<details data-words><summary>{both("words.title")}<span class="badge" data-count hidden>'
        '</span></summary><form class="refine-body">'
        f'<label class="write">{both("words.label")}<input type="text" name="words" '
        f'maxlength="{MAX_TEXT}" autocomplete="off" {placeholder}></label>'
        f'<label class="slide">{both("words.share")} <span data-now>'
        f"{both('words.percent', percent=50)}</span>"
        '<input type="range" name="share" min="0" max="1" step="0.05" value="0.5" '
        f'{percent}></label><div class="refine-foot"><button type="submit" class="quiet">'
        f"{both('words.apply')}</button></div></form></details>"
    )


def examples(gallery: Gallery) -> str:
    """One example a class, as buttons."""
    items = "".join(_example(case) for case in example_cases(gallery))
    return f'<h2 class="subhead">{both("frame.examples")}</h2><ul class="examples">{items}</ul>'


def example_cases(gallery: Gallery) -> list[Case]:
    """The first case of each class that the gallery holds."""
    first: dict[str, Case] = {}
    for case in gallery.cases:
        first.setdefault(case.class_name, case)
    return [first[name] for name in CLASSES if name in first]


def _example(case: Case) -> str:
    names = CLASS_NAMES[case.class_name]
    label = attribute(
        "title",
        word("frame.example", "en", name=names["en"]),
        word("frame.example", "vi", name=names["vi"]),
    )
    return (
        f'<li><button type="button" data-example="{escape(case.case_id)}" {label}>'
        f"{case_picture(case.case_id, case.class_name, case.finding, 'tiny')}</button></li>"
    )
