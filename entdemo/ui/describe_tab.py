"""The Describe tab: words in, the class they point to and the cases that fit them out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.gallery.filters import EVERYTHING
from entdemo.locale import Language
from entdemo.ui.answer import answer
from entdemo.ui.events import Data
from entdemo.ui.filters import build_filters, read_filter
from entdemo.ui.i18n import attribute, attribute_of, both, spans
from entdemo.ui.shell import connect, earlier, empty, outlet
from entdemo.ui.suggestions import suggestions

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
            form = gr.HTML(
                search_form(suggestions(predictor.gallery.cases)),
                js_on_load=_MOUNT,
                apply_default_css=False,
            )
            message = outlet("describe-message")
            build_filters(predictor.gallery, "describe")
            outlet("describe-examples", examples())
            earlier()
        with gr.Column(elem_classes="reply"):
            result = outlet("describe-answer", empty("describe"), kept=True)

    def on_search(data: Data) -> tuple[str]:
        return (reply(predictor, data),)

    connect(form.search, on_search, [result, message], "describe")


def reply(predictor: Predictor, data: Data) -> str:
    """The answer to ``text`` among the cases that ``filter`` leaves.

    Raises:
        UserError: the description or the filter cannot be used.
    """
    text, where = str(data.get("text", "")), read_filter(data.get("filter"))
    prediction = predictor.search(text, NEIGHBOURS, where)
    return answer(prediction, predictor.gallery, "text", text, filtered=where != EVERYTHING)


def search_form(offered: Mapping[Language, list[str]]) -> str:
    """The description box with its button.

    Args:
        offered: phrases to suggest while somebody types.
    """
    placeholder = attribute_of("placeholder", "describe.placeholder")
    phrases = escape(json.dumps(offered, ensure_ascii=False))
    return (
        f'<form class="describe" data-phrases="{phrases}">'
        f'<label for="description">{both("describe.label")}</label><div class="suggesting">'
        f'<textarea id="description" rows="4" {placeholder} aria-describedby="description-hint" '
        'autocomplete="off" aria-autocomplete="list" aria-controls="suggestions"></textarea>'
        f'<button type="submit" class="primary">{both("describe.search")}</button>'
        f'<ul id="suggestions" role="listbox" {attribute_of("aria-label", "describe.suggestions")} '
        'hidden></ul><p class="unseen" role="status" data-suggested></p></div>'
        f'<p class="hint small" id="description-hint">{both("describe.hint")}</p></form>'
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
