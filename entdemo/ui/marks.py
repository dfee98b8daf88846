"""Words of a query where they occur in a caption."""

from __future__ import annotations

import unicodedata
from html import escape

from entdemo.text.terms import terms


def marked(text: str, wanted: frozenset[str]) -> str:
    """HTML of a text in which what a query asks for stands out.

    Args:
        text: a caption; it is escaped.
        wanted: stems of the query, see ``gallery.terms``; the language does not matter.
    """
    text = unicodedata.normalize("NFC", text)
    parts, at = [], 0
    for start, end, _ in terms(text, wanted):
        parts += [escape(text[at:start]), f"<mark>{escape(text[start:end])}</mark>"]
        at = end
    return "".join([*parts, escape(text[at:])])


def marked_spans(english: str, vietnamese: str, wanted: frozenset[str]) -> str:
    """As ``i18n.spans``, with the query's words marked."""
    return (
        f'<span lang="en">{marked(english, wanted)}</span>'
        f'<span lang="vi">{marked(vietnamese, wanted)}</span>'
    )
