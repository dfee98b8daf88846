"""Colours, fonts and scripts; all of them come with the app, none from another site."""

from __future__ import annotations

import json
import re
from pathlib import Path

import gradio as gr

from entdemo.locale import LANGUAGES, texts_of

_STATIC = Path(__file__).parent / "static"
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
_SPOKEN_BY_SCRIPT = (
    "frame.too_many_bytes",
    "ui.unexpected",
    "ui.upload_lost",
    "ui.offline",
    "ui.too_many",
    "ui.no_picture_dropped",
    "ui.no_camera",
    "collection.none",
    "edit.left_out",
    "batch.zip_damaged",
    "batch.encrypted",
    "batch.no_pictures",
    "batch.too_many",
    "clip.too_many_bytes",
)
_WORDS_OF_SCRIPT = (
    "page.busy",
    "page.title",
    "about.copied",
    "filters.any",
    "filters.found",
    "words.percent",
    "describe.suggested",
    "batch.begun",
    "batch.left",
    "clip.sending",
    "collection.unnamed",
    "collection.earlier",
    "collection.forget",
    "collection.forget_named",
    "collection.forgotten",
    "collection.is_kept",
    "collection.taken_out",
    "collection.undo",
    "collection.linked",
    "collection.link_long",
)


_COMMENT = re.compile(r"^\s*(?:/\*(?:[^*]|\*(?!/))*\*/|//.*)\s*?\n|^[ \t]+", re.MULTILINE)
"""Whole lines of comments, and indentation: nobody who only looks at the page has to fetch them."""


def theme() -> gr.Theme:
    """Gradio's plainest theme with the system's fonts and the page's two backgrounds."""
    return gr.themes.Base(font=_FONTS, font_mono=_MONO).set(
        body_background_fill="#f6f8f8",
        body_background_fill_dark="#0f1615",
        body_text_color="#14211f",
        body_text_color_dark="#e7eeed",
    )


def head() -> str:
    """Style sheet and script for the page's ``head``."""
    style = _together("style.css")
    script = _together("app.js")
    return f"<style>{style}</style><script>{_words()}{script}</script>"


def _together(first: str) -> str:
    """A file that the others of its kind build on, then those others by name."""
    others = sorted(set(_STATIC.glob(f"*{Path(first).suffix}")) - {_STATIC / first})
    together = "\n".join(file.read_text(encoding="utf-8") for file in (_STATIC / first, *others))
    return _COMMENT.sub("", together)


def _words() -> str:
    """Sentences that the script itself has to say, as a script."""
    spoken = {
        language: texts_of("errors", language) | texts_of("page", language)
        for language in LANGUAGES
    }
    words = {
        key: {language: spoken[language][key] for language in LANGUAGES}
        for key in (*_SPOKEN_BY_SCRIPT, *_WORDS_OF_SCRIPT)
    }
    return f"window.entdemoWords = {json.dumps(words, ensure_ascii=False)};\n"
