"""The Describe tab: words in, the class they point to and the cases that fit them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from entdemo.ui.answer import answer
from entdemo.ui.events import Data
from entdemo.ui.i18n import attribute, attribute_of, both, spans
from entdemo.ui.shell import connect, empty, outlet

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

NEIGHBOURS = 12
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("retracted right eardrum", "màng nhĩ phải co lõm"),
    ("perforation of the left eardrum", "thủng màng nhĩ trái"),
    ("polyp in the right nasal cavity", "polyp hốc mũi phải"),
    ("septum deviated to the left", "vẹo vách ngăn sang trái"),
    ("vocal cords closed, small nodules", "dây thanh khép, có hạt dây thanh nhỏ"),
    ("enlarged tonsils with exudate", "amidan quá phát có giả mạc mủ"),
)
_MOUNT = "entdemo.mountDescribe(element, d => trigger('search', d))"


def build_describe_tab(predictor: Predictor) -> None:
    """Place the tab's components and connect them."""
    with gr.Row(elem_classes="columns"):
        with gr.Column(elem_classes="ask"):
            form = gr.HTML(search_form(), js_on_load=_MOUNT, apply_default_css=False)
            message = outlet("describe-message")
            outlet("describe-examples", examples())
        with gr.Column(elem_classes="reply"):
            result = outlet("describe-answer", empty("empty.describe"))

    def on_search(data: Data) -> tuple[str]:
        text = str(data.get("text", ""))
        prediction = predictor.search(text, NEIGHBOURS)
        return (answer(prediction, predictor.gallery, "text", text),)

    connect(form.search, on_search, [result, message], "describe")


def search_form() -> str:
    """The description box with its button."""
    placeholder = attribute_of("placeholder", "describe.placeholder")
    return (
        f'<form class="describe"><label for="description">{both("describe.label")}</label>'
        f'<textarea id="description" rows="4" {placeholder} aria-describedby="description-hint" '
        'autocomplete="off"></textarea>'
        f'<p class="hint small" id="description-hint">{both("describe.hint")}</p>'
        f'<button type="submit" class="primary">{both("describe.search")}</button></form>'
        '<div id="describe-local"></div>'
    )


def examples() -> str:
    """Descriptions to try, in the page's language."""
    chips = "".join(
        f'<li><button type="button" class="chip" {attribute("data-text", english, vietnamese)}>'
        f"{spans(english, vietnamese)}</button></li>"
        for english, vietnamese in EXAMPLES
    )
    return f'<h2 class="subhead">{both("describe.examples")}</h2><ul class="chips">{chips}</ul>'
