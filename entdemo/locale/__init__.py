"""Every text that a person reads, in English and Vietnamese, as TOML files a translator can edit.

``errors.LANGUAGE.toml`` holds what can go wrong, ``page.LANGUAGE.toml`` the words of the page and
of the case sheet. A text is found by ``table.key`` and filled in by ``str.format``.
"""

from entdemo.locale.catalogue import (
    LANGUAGES,
    Language,
    error_text,
    in_language,
    page_text,
    texts_of,
)

__all__ = ["LANGUAGES", "Language", "error_text", "in_language", "page_text", "texts_of"]
