"""Findings that a text names or denies, English or Vietnamese; also such as no case may have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entdemo.text.negation import denied_spans, is_denied
from entdemo.text.tokens import Token, longest, table, term, tokens, with_plain

_STEM = 8
"""Letters that tell tympanosclerosis from tympanoplasty."""


class Mention(NamedTuple):
    """A finding at ``text[start:end]``: its key, and whether the text denies it."""

    key: str
    start: int
    end: int
    denied: bool


def mentions(text: str) -> list[Mention]:
    """Findings of a text in their order, the longest term first; ``text`` is composed (NFC)."""
    spans = denied_spans(text)
    found = [_stemmed(token) for token in tokens(text)]
    return [
        Mention(key, part[0].start, part[-1].end, is_denied(part[0].start, spans))
        for part, key in longest(found, _forms())
        if key is not None and not _is_and(part, text)
    ]


def _is_and(part: Sequence[Token], text: str) -> bool:
    """Whether "va" is Vietnamese for "and" without its mark; the adenoid is "VA"."""
    return len(part) == 1 and text[part[0].start : part[0].end] == "va"


def affirmed(text: str) -> frozenset[str]:
    """Keys of the findings that a text says to be there."""
    composed = unicodedata.normalize("NFC", text)
    return frozenset(it.key for it in mentions(composed) if not it.denied)


_affirmed_by_document = lru_cache(maxsize=16_384)(affirmed)
"""As of the terms: most texts of a gallery stay when it is changed."""


class FindingIndex:
    """Which findings each document says to be there.

    Args:
        documents: per document the texts that describe it, in any language.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        meant = {text: _affirmed_by_document(text) for text in set(chain.from_iterable(documents))}
        self._held = [frozenset().union(*(meant[text] for text in texts)) for texts in documents]
        self.known = frozenset[str]().union(*self._held)

    def known_of(self, rows: Iterable[int]) -> frozenset[str]:
        """What some of the documents say to be there."""
        return frozenset[str]().union(*(self._held[row] for row in rows))

    def held(self, wanted: frozenset[str]) -> NDArray[np.float32]:
        """[N] float32: 1 where a document has any of the findings, else 0."""
        if not wanted:
            return np.zeros(len(self._held), np.float32)
        return np.array([not wanted.isdisjoint(held) for held in self._held], np.float32)


@cache
def finding_names() -> dict[str, tuple[str, str]]:
    """English and Vietnamese name of each finding by its key."""
    return {row[0]: (row[1], row[2]) for row in table("findings.tsv", 5)}


def _stem(word: str) -> str:
    """The word without its plural and its ending, American as British spelling."""
    word = word.replace("oe", "e").replace("ae", "e")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:_STEM]


def _stemmed(token: Token) -> Token:
    """English words by their stem; Vietnamese syllables are shorter than a stem and stay."""
    return token._replace(spelt=_stem(token.spelt), plain=_stem(token.plain))


@cache
def _forms() -> dict[tuple[str, ...], str]:
    forms: dict[tuple[str, ...], str] = {}
    for key, _, _, english, vietnamese in table("findings.tsv", 5):
        for form in (*english.split("|"), *vietnamese.split("|")):
            words = tuple(map(_stem, term(form.removesuffix("*"))))
            forms[words] = key
            if form.endswith("*"):
                forms[tuple(_stem(token.plain) for token in tokens(form))] = key
    return with_plain(forms)
