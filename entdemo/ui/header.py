"""Name, purpose, language and theme switches, and the tab list."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from entdemo.locale import LANGUAGES
from entdemo.locale.numbers import count
from entdemo.ui.i18n import alert, attribute_of, both, spans, word
from entdemo.ui.shell import outlet

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

TABS = ("frame", "describe", "batch", "quiz", "gallery", "collection", "about")
_MOUNT = "entdemo.mountHeader(element)"


def build_header(predictor: Predictor) -> None:
    """Place the page's head."""
    notice = alert(predictor.notice) if predictor.notice else ""
    gr.HTML(
        head(predictor) + notice + tab_list(),
        js_on_load=_MOUNT,
        apply_default_css=False,
        elem_id="page-head",
    )


def head(predictor: Predictor) -> str:
    """The page's banner."""
    languages = "".join(
        f'<button type="button" data-language="{code}" lang="{code}" aria-pressed="false">'
        f"{name}</button>"
        for code, name in (("en", "English"), ("vi", "Tiếng Việt"))
    )
    return (
        '<header class="banner"><div class="banner-name">'
        f'<h1><span class="mark" aria-hidden="true"></span>entdemo</h1>'
        f'<p class="banner-title">{both("page.title")}</p>'
        f'<p class="banner-purpose"><strong>{both("page.purpose")}</strong> '
        f'<span class="running">{running_line(predictor)}</span></p></div>'
        f'<div class="banner-tools"><div class="switch" role="group" '
        f"{attribute_of('aria-label', 'page.language')}>{languages}</div>"
        f'<button type="button" class="quiet icon" data-theme-toggle '
        f"{attribute_of('aria-label', 'page.theme')}></button></div></header>"
    )


def build_footer(*, asks_login: bool) -> None:
    """Place the page's foot; who logged in can log out there."""
    leave = (
        '<form method="post" action="logout"><button class="link">'
        f"{both('page.logout')}</button></form>"
    )
    outlet(
        "page-foot",
        '<footer class="foot"><button type="button" class="link" data-api>'
        f"{both('page.api')}</button>{leave if asks_login else ''}</footer>",
    )


def running_line(predictor: Predictor) -> str:
    """How many cases there are to find, in both languages."""
    held = len(predictor.gallery.cases)
    return spans(*(word("page.running", code, count=count(held, code)) for code in LANGUAGES))


def tab_list() -> str:
    """Tabs after the pattern of the WAI-ARIA practices; the page moves between the panels."""
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{name}" aria-controls="panel-{name}" '
        f'aria-selected="{str(name == TABS[0]).lower()}" data-tab="{escape(name)}">'
        f"{both(f'tab.{name}')}</button>"
        for name in TABS
    )
    return (
        f'<div class="tabs" role="tablist" {attribute_of("aria-label", "page.tabs")}>{tabs}</div>'
    )
