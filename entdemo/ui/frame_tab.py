"""The Frame tab: a picture in, its class and the cases that look like it out."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.decode import MAX_BYTES
from entdemo.frame import Frame, load_frame
from entdemo.taxonomy import CLASS_NAMES, CLASSES
from entdemo.ui.answer import answer
from entdemo.ui.cases import case_picture
from entdemo.ui.events import Data
from entdemo.ui.i18n import attribute, attribute_of, both, word
from entdemo.ui.pictures import query_picture
from entdemo.ui.shell import connect, empty, outlet
from entdemo.ui.uploads import read_upload

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery
    from entdemo.predictor import Predictor

NEIGHBOURS = 12
_MOUNT = "entdemo.mountFrame(element, upload, d => trigger('frame', d), d => trigger('example', d))"


def build_frame_tab(predictor: Predictor) -> None:
    """Place the tab's components and connect them."""
    with gr.Row(elem_classes="columns"):
        with gr.Column(elem_classes="ask"):
            with gr.Column(elem_id="frame-stage"):
                outlet("frame-drop", drop_area())
                query = outlet("frame-query")
            ask = gr.HTML(controls(), js_on_load=_MOUNT, apply_default_css=False)
            message = outlet("frame-message")
            outlet("frame-examples", examples(predictor.gallery))
        with gr.Column(elem_classes="reply"):
            result = outlet("frame-answer", empty("empty.frame"))
    targets = [query, result, message]

    def on_upload(data: Data) -> tuple[str, str]:
        return reply(predictor, read_upload(data.get("path")), shown_case=None)

    def on_example(data: Data) -> tuple[str, str]:
        case_id = str(data.get("case_id"))
        return reply(predictor, example_frame(predictor.gallery, case_id), shown_case=case_id)

    connect(ask.frame, on_upload, targets, "frame")
    connect(ask.example, on_example, targets, "frame")


def reply(predictor: Predictor, frame: Frame, shown_case: str | None) -> tuple[str, str]:
    """Query picture and answer; a gallery case is not listed as its own neighbour."""
    prediction = predictor.predict(frame, NEIGHBOURS + (shown_case is not None))
    others = [near for near in prediction.neighbours if near.case_id != shown_case]
    prediction = replace(prediction, neighbours=tuple(others[:NEIGHBOURS]))
    return query_view(frame), answer(prediction, predictor.gallery, "frame")


def example_frame(gallery: Gallery, case_id: str) -> Frame:
    """The frame of a gallery case.

    Raises:
        UserError: if there is no such case.
    """
    return load_frame(gallery.frame_path(gallery.case(case_id)))


def query_view(frame: Frame) -> str:
    """The visitor's frame, with a ring around the disc that was found."""
    height, width = frame.rgb.shape[:2]
    alt = attribute_of("alt", "frame.query")
    ring = ""
    if frame.disc is not None:
        disc = frame.disc
        ring = (
            f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
            f'<circle cx="{disc.cx:.1f}" cy="{disc.cy:.1f}" r="{disc.radius:.1f}"/></svg>'
        )
    caption = both("frame.disc" if ring else "frame.no_disc")
    return (
        f'<figure class="query"><img src="{query_picture(frame)}" {alt} width="{width}" '
        f'height="{height}">{ring}<figcaption>{caption}</figcaption></figure>'
    )


def drop_area() -> str:
    """Where a frame is dropped or pasted; the visitor's frame later covers it."""
    return (
        f'<div class="drop"><p class="drop-main with-mouse">{both("frame.drop")}</p>'
        f'<p class="hint with-mouse">{both("frame.paste")}</p>'
        f'<p class="hint by-touch">{both("frame.here")}</p></div>'
    )


def controls() -> str:
    """Other ways to hand in a frame."""
    limit = MAX_BYTES // 1024**2
    return (
        f'<div class="ways" data-limit="{MAX_BYTES}">'
        '<label class="primary file"><input type="file" accept="image/*" '
        f'class="unseen">{both("frame.choose")}</label>'
        f'<button type="button" class="quiet" data-camera hidden>{both("frame.camera")}</button>'
        f'</div><p class="hint small">{both("frame.limits", limit=limit)}</p>'
        '<div id="frame-local"></div>'
        f'<dialog id="camera" {attribute_of("aria-label", "frame.camera")}><div class="viewer-bar">'
        f'<button type="button" class="quiet" data-camera-stop>{both("case.close")}</button></div>'
        '<video playsinline muted></video><button type="button" class="primary" data-camera-shoot>'
        f"{both('frame.shoot')}</button></dialog>"
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
        f"{case_picture(case.case_id, case.class_name, case.finding, 'small')}</button></li>"
    )
