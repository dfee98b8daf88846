"""Which words of a text are of ear, nose and throat endoscopy, and of which region.

The table holds the anatomy as endoscopy records divide it: nasal endoscopy ends at the nasopharynx,
so adenoids and tubal openings count to the nose; piriform sinuses, arytenoids and the lingual
tonsil are seen with the vocal cords.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from entdemo.taxonomy import REGIONS
from entdemo.text.tokens import Token, longest, table, term, tokens, with_plain
from entdemo.text.wording import normalise

_STEM = 6
_CAPITALS_ONLY = frozenset(
    ("va", "as", "ad", "au", "ent", "sor", "it", "its", "mt", "mm", "op", "np")
)
"""Abbreviations that are also everyday words; they count where they stand in capitals."""

_CAPITALS = re.compile(r"\b[A-Z]{2,4}s?\b")


class Word(NamedTuple):
    """A word or term in lower case, and its kind: a region, ent, fits, other, plain or ""."""

    text: str
    kind: str


def words(text: str) -> list[Word]:
    """The words of a text in their order, with what they belong to."""
    read = normalise(text)
    composed = unicodedata.normalize("NFC", text)
    shouted = set() if text.isupper() else {it.lower() for it in _CAPITALS.findall(composed)}
    return [
        Word(" ".join(token.spelt for token in part), _kind(part[0], kind, shouted))
        for part, kind in longest(tokens(read), _terms())
    ]


def _kind(token: Token, kind: str | None, shouted: set[str]) -> str:
    if kind is None:
        return _by_stem().get(token.plain[:_STEM], "") if len(token.plain) >= _STEM else ""
    return "" if token.spelt in _CAPITALS_ONLY - shouted else kind


@cache
def _terms() -> dict[tuple[str, ...], str]:
    return with_plain(
        {
            term(word): kind
            for kind, listed in table("vocabulary.tsv", 2)
            for word in listed.split("|")
        }
    )


@cache
def _by_stem() -> dict[str, str]:
    """Kind by the first letters of longer words, so that tympanic stands for tympanum too."""
    return {
        words[0][:_STEM]: kind
        for words, kind in _terms().items()
        if len(words) == 1 and len(words[0]) >= _STEM and kind in (*REGIONS, "ent", "fits")
    }


@cache
def known_words() -> frozenset[str]:
    """Every single word of the table without diacritics."""
    return frozenset(words[0] for words in _terms() if len(words) == 1)


@cache
def ent_words() -> tuple[str, ...]:
    """Single English words of ear, nose and throat endoscopy, which a typed one may have meant.

    Words for open and closed are left out: they differ by a letter, and a guess would turn one
    into the other.
    """
    kinds = (*REGIONS, "ent", "fits")
    listed = (it[0] for it, kind in _terms().items() if len(it) == 1 and kind in kinds)
    long = (word for word in listed if word.isascii() and len(word) >= _STEM)
    return tuple(sorted(word for word in long if not word.startswith(("abduct", "adduct"))))
