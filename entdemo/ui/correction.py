"""Under an answer: "This is wrong, it is …" takes the visitor's frame up as an own case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from entdemo.taxonomy import LABELS, STATED_NAMES
from entdemo.ui.events import GALLERY_QUEUE, Data
from entdemo.ui.gallery_tab_intake import handed_in
from entdemo.ui.i18n import attribute, attribute_of, both, capital, spans, word
from entdemo.ui.shell import connect, outlet

if TYPE_CHECKING:
    from entdemo.ui.editor import Editor

_MOUNT = "entdemo.mountCorrection(element, upload, d => trigger('correct', d))"


def build_correction(editor: Editor) -> None:
    """Place the form, which the page shows below the answer to a visitor's own frame.

    Args:
        editor: takes the frame up.
    """
    ask = gr.HTML(
        correction_form(), js_on_load=_MOUNT, apply_default_css=False, elem_id="correction"
    )
    result = outlet("correction-answer")
    message = outlet("correction-message")

    def on_correct(data: Data) -> tuple[str]:
        return (corrected(editor, data),)

    connect(ask.correct, on_correct, [result, message], "correction", GALLERY_QUEUE)


def correction_form() -> str:
    """The classes to choose from, and where messages of the page itself go."""
    options = "".join(
        f'<option value="{name}" {_label(name)}>{capital(STATED_NAMES[name]["en"])}</option>'
        for name in LABELS
    )
    first = f'<option value="" {attribute_of("label", "edit.choose_class")}></option>'
    return (
        f'<form id="correction-form" hidden><label for="correction-class">{both("correction.is")}'
        f'</label><select id="correction-class" name="class">{first}{options}</select>'
        f'<button type="submit" class="quiet" disabled>{both("correction.keep")}</button></form>'
        '<div id="correction-local"></div>'
    )


def corrected(editor: Editor, data: Data) -> str:
    """Take a frame up as an own case; HTML that says so.

    Args:
        editor: takes it up.
        data: ``path`` of an upload and its ``class``.

    Raises:
        UserError: the frame is gone or is no picture, there is no such class, or the gallery cannot
            be written.
    """
    file = {"path": data.get("path"), "name": "frame", "class": data.get("class")}
    with handed_in({"files": [file]}) as cases:
        added = editor.add(cases)
        key = "correction.kept" if added.new else "correction.known"
        names = STATED_NAMES[cases[0].class_name]
    said = spans(*(word(key, code, name=names[code]) for code in ("en", "vi")))
    button = (
        '<button type="button" class="quiet" data-go="gallery">'
        f"{both('correction.to_gallery')}</button>"
    )
    return f'<p class="edit-done" role="status">{said} {button}</p>'


def _label(name: str) -> str:
    names = STATED_NAMES[name]
    return attribute("label", capital(names["en"]), capital(names["vi"]))
