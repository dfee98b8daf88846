"""From words to HTML in English and Vietnamese.

Every piece of HTML carries both languages; the page shows the one that ``<html lang>`` names, so
switching needs no answer from the server and also turns what is already on the page.
"""

from __future__ import annotations

from html import escape

from entdemo.errors import UserError
from entdemo.locale import Language, page_text


def word(key: str, language: Language, **values: object) -> str:
    """The words of ``key`` in one language, not escaped."""
    return page_text(key, language, **values)


def spans(english: str, vietnamese: str) -> str:
    """HTML that shows the text of the page's language; both texts are escaped."""
    return f'<span lang="en">{escape(english)}</span><span lang="vi">{escape(vietnamese)}</span>'


def both(key: str, **values: object) -> str:
    """HTML with the words of ``key`` in both languages, escaped."""
    return spans(word(key, "en", **values), word(key, "vi", **values))


def attribute(name: str, english: str, vietnamese: str) -> str:
    """An HTML attribute that follows the page's language."""
    en, vi = escape(english), escape(vietnamese)
    return f'{name}="{en}" data-i18n="{name}" data-en="{en}" data-vi="{vi}"'


def attribute_of(name: str, key: str, **values: object) -> str:
    """An HTML attribute with the words of ``key``."""
    return attribute(name, word(key, "en", **values), word(key, "vi", **values))


def said(error: UserError) -> str:
    """HTML of an error's sentence in both languages, escaped."""
    return spans(error.text("en"), error.text("vi"))


def alert(error: UserError) -> str:
    """HTML of an error message in both languages."""
    return f'<p class="alert" role="alert">{said(error)}</p>'


def capital(text: str) -> str:
    """The text with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]
