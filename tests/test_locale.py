"""The catalogues: what code asks for is there, what is there is asked for, languages agree."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from entdemo import locale
from entdemo.locale.catalogue import Catalogue

PACKAGE = Path(locale.__file__).parents[1]
SOURCES = "\n".join(
    file.read_text("utf-8")
    for folder in (PACKAGE, PACKAGE.parent / "research", PACKAGE.parent / "benchmarks")
    for file in (*folder.rglob("*.py"), *folder.rglob("*.js"), PACKAGE.parent / "app.py")
)
_KEY = re.compile(r"^[a-z_]+\.[\w@]+$")
_LITERALS = set(re.findall(r"[\"']([a-z_]+\.[\w@{}]+)[\"']", SOURCES))
_PATTERNS = [
    re.compile(re.sub(r"\\{\w*\\}", r"[\\w@]+", re.escape(text)) + "$")
    for text in _LITERALS
    if "{" in text
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def asked_for(key: str) -> bool:
    """Whether code holds the key, as it is, as a pattern, or with its ``_more`` beside it."""
    stem = key.removesuffix("_more")
    return key in _LITERALS or stem in _LITERALS or any(one.match(key) for one in _PATTERNS)


@pytest.mark.parametrize("catalogue", ["errors", "page"])
def test_languages_agree_and_nothing_is_missing_or_unused(catalogue: Catalogue) -> None:
    english, vietnamese = (locale.texts_of(catalogue, language) for language in locale.LANGUAGES)
    assert list(english) == list(vietnamese)
    wrong = [
        key
        for key in english
        if fields(english[key]) != fields(vietnamese[key])
        or not english[key].strip()
        or not vietnamese[key].strip()
    ]
    assert not wrong
    assert not [key for key in english if not _KEY.match(key)]
    assert not [key for key in english if not asked_for(key)]


def test_every_error_that_code_raises_has_its_sentence() -> None:
    raised = set(re.findall(r"Error\(\s*\"([a-z_]+\.[a-z_0-9]+)\"", SOURCES))
    assert len(raised) > 100
    assert raised <= set(locale.texts_of("errors", "en"))


def test_words_that_code_asks_for_are_there() -> None:
    asked = set(re.findall(r"\b(?:word|both)\(\s*[\"']([a-z_]+\.[\w@]+)[\"']", SOURCES))
    asked |= set(
        re.findall(r"attribute_of\(\s*[\"'][\w-]+[\"'],\s*[\"']([a-z_]+\.\w+)[\"']", SOURCES)
    )
    assert len(asked) > 100
    assert asked <= set(locale.texts_of("page", "en"))
