"""Reading of the catalogues beside this file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal, get_args

Language = Literal["en", "vi"]
Catalogue = Literal["errors", "page"]

LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def texts_of(catalogue: Catalogue, language: Language) -> dict[str, str]:
    """All texts of a catalogue by ``table.key``, not filled in."""
    file = resources.files("entdemo.locale").joinpath(f"{catalogue}.{language}.toml")
    tables = tomllib.loads(file.read_text("utf-8"))
    return {f"{table}.{key}": text for table, rows in tables.items() for key, text in rows.items()}


def in_language(english: str, vietnamese: str, language: Language) -> str:
    """A text that a person wrote, taken in the other language where it lacks this one."""
    own, other = (english, vietnamese) if language == "en" else (vietnamese, english)
    return own or other


def error_text(key: str, language: Language, **values: object) -> str:
    """The sentence of an error.

    Raises:
        KeyError: the catalogue has no such key, or the text needs a value that is not given.
    """
    return texts_of("errors", language)[key].format(**values)


def page_text(key: str, language: Language, **values: object) -> str:
    """Words of the page or of the case sheet; raises as ``error_text`` does."""
    return texts_of("page", language)[key].format(**values)
