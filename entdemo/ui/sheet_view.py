"""The dialog that turns an answer into a case sheet."""

from __future__ import annotations

import gradio as gr

from entdemo.ui.i18n import both
from entdemo.ui.sheet_route import MOST_LETTERS

_MOUNT = "entdemo.mountSheet(element)"


def build_sheet() -> None:
    """Place the dialog."""
    gr.HTML(dialog(), js_on_load=_MOUNT, apply_default_css=False)


def dialog() -> str:
    """Notes and the kinds of file; the page itself fetches them."""
    return (
        '<dialog id="case-sheet" aria-labelledby="case-sheet-title"><div class="viewer-bar">'
        f'<button type="button" class="quiet" data-sheet-close>{both("case.close")}</button></div>'
        f'<form><h2 id="case-sheet-title">{both("sheet.title")}</h2>'
        f'<p class="hint">{both("sheet.holds")}</p>'
        f'<label for="sheet-notes">{both("sheet.notes")}</label>'
        f'<textarea id="sheet-notes" rows="6" maxlength="{MOST_LETTERS}" '
        'aria-describedby="sheet-no-names" autocomplete="off"></textarea>'
        f'<p class="hint small" id="sheet-no-names">{both("sheet.no_names")}</p>'
        '<div class="ways">'
        f'<button type="submit" class="primary" value="pdf">{both("sheet.pdf")}</button>'
        f'<button type="submit" class="quiet" value="pptx">{both("sheet.pptx")}</button>'
        f'<button type="submit" class="quiet" value="apkg">{both("sheet.apkg")}</button>'
        f'<button type="submit" class="quiet" value="zip">{both("sheet.zip")}</button>'
        '</div><div id="sheet-local"></div></form></dialog>'
    )
