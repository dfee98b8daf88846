"""Two frames side by side that move and grow together; the page fills it without the server."""

from __future__ import annotations

import gradio as gr

from entdemo.ui.i18n import attribute_of, both


def build_compare() -> None:
    """Place the dialog."""
    gr.HTML(dialog(), js_on_load="entdemo.mountCompare(element)", apply_default_css=False)


def dialog() -> str:
    """The empty dialog."""
    return (
        '<dialog id="compare" aria-labelledby="compare-title">'
        f'<div class="viewer-bar"><h2 id="compare-title">{both("compare.title")}</h2>{zoom_bar()}'
        f'<button type="button" class="quiet" data-compare-close>{both("case.close")}</button>'
        f'</div><div class="panes" role="group" tabindex="0" aria-describedby="compare-hint" '
        f"{attribute_of('aria-label', 'compare.panes')}>{_pane('left')}{_pane('right')}</div>"
        f'<p class="hint small" id="compare-hint">{both("compare.hint")}</p>{_choice()}'
        f"<template data-own>{both('frame.query')}</template></dialog>"
    )


def zoom_bar() -> str:
    """Buttons that zoom, and how far it is zoomed."""
    buttons = "".join(
        f'<button type="button" class="quiet icon-text" data-zoom="{name}" '
        f"{attribute_of('aria-label', f'compare.{name}')}>{sign}</button>"
        for name, sign in (("out", "−"), ("in", "+"))
    )
    return (
        f'<div class="zoom">{buttons}<button type="button" class="quiet" data-zoom="fit">'
        f'{both("compare.fit")}</button><output class="small" data-zoom-now>100 %</output></div>'
    )


def _pane(side: str) -> str:
    return (
        f'<figure class="pane" data-side="{side}"><div class="pane-view"><img alt="" '
        'draggable="false"></div><figcaption class="small"></figcaption></figure>'
    )


def _choice() -> str:
    """Which picture stands on which side."""
    sides = "".join(
        f'<button type="button" data-turn="{side}" aria-pressed="{str(side == "right").lower()}">'
        f"{both(f'compare.{side}')}</button>"
        for side in ("left", "right")
    )
    return (
        f'<div class="strip-head"><h3 id="strip-title">{both("compare.choose")}</h3>'
        f'<div class="switch" role="group" {attribute_of("aria-label", "compare.side")}>{sides}'
        '</div></div><ul class="strip" aria-labelledby="strip-title"></ul>'
    )
