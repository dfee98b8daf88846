"""Words of descriptions and captions, comparable across English and Vietnamese.

A word is brought to the stem of its English meaning (``text.wording`` holds the glossary), so
that "thủng" in a description finds "perforated" in a caption and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entdemo.text.letters import plain_letters
from entdemo.text.negation import denied_spans, is_denied
from entdemo.text.sides import find_marks
from entdemo.text.wording import glossary, is_vietnamese, normalise

_WORD = re.compile(r"[^\W_]+|[.;:!?,]")
_STEM = 6
"""Words are compared by their first letters: truncation is the plainest stemmer, and enough to
bring perforated and perforation together."""

_LONGEST_TERM = 6
_STOP = frozenset((
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "it", "like",
    "of", "on", "or", "seen", "shows", "some", "than", "that", "the", "there", "this", "to", "very",
    "was", "with", "no", "not", "nor", "without", "never", "khong", "chua", "ko", "khg",
    "anh", "ben", "cac", "co", "cua", "duoc", "hinh", "la", "mot", "nhe", "noi", "o", "soi", "thay",
    "thi", "trong", "tren", "va", "ve", "vung",
))  # fmt: skip


class Term(NamedTuple):
    """A word, or a Vietnamese term of several, at ``text[start:end]`` with its stems."""

    start: int
    end: int
    stems: frozenset[str]


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    plain: str
    spelt: str


def terms(text: str, wanted: frozenset[str] | None = None) -> list[Term]:
    """Terms of a text in their order, without function words and without what it denies.

    Args:
        text: a description or a caption.
        wanted: only terms whose stems are all among these; a longer term gives way to a wanted
            one inside it.
    """
    tokens = list(_tokens(text))
    vietnamese = is_vietnamese(normalise(text))
    found = _glossary_terms(tokens, wanted) if vietnamese else _words(tokens)
    spans = denied_spans(text)
    affirmed = [term for term in found if term.stems and not is_denied(term.start, spans)]
    return affirmed if wanted is None else [term for term in affirmed if term.stems <= wanted]


def stems(text: str) -> frozenset[str]:
    """All stems that a text affirms."""
    return frozenset().union(*(term.stems for term in terms(text)))


_stems_of_document = lru_cache(maxsize=16_384)(stems)
"""A gallery's texts are read again after each change of it, which leaves most as they were."""


class TermIndex:
    """How much of a description's words each document holds.

    Args:
        documents: per document the texts that describe it, in any language.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._count = len(documents)
        meant = {text: _stems_of_document(text) for text in set(chain.from_iterable(documents))}
        rows: dict[str, list[int]] = {}
        for row, texts in enumerate(documents):
            for stem in frozenset().union(*(meant[text] for text in texts)):
                rows.setdefault(stem, []).append(row)
        self._rows = {stem: np.array(held, np.int32) for stem, held in rows.items()}

    def known(self, wanted: frozenset[str]) -> frozenset[str]:
        """Those of the stems that any document holds."""
        return frozenset(stem for stem in wanted if stem in self._rows)

    def coverage(self, wanted: frozenset[str]) -> NDArray[np.float32]:
        """[N] float32, 0 to 1: share of the known stems that a document holds.

        Rare stems weigh more, by squared inverse document frequency as in tf-idf cosines.
        """
        found = np.zeros(self._count, dtype=np.float32)
        total = 0.0
        for stem in self.known(wanted):
            rows = self._rows[stem]
            weight = float(np.log((1 + self._count) / (0.5 + len(rows))) ** 2)
            found[rows] += weight
            total += weight
        return found / total if total else found


def _tokens(text: str) -> Iterator[_Token]:
    """Words, and a token for each mark that names a side."""
    at = 0
    for mark in (*(it for it in find_marks(text) if it.side), None):
        for word in _WORD.finditer(text, at, mark.start if mark else len(text)):
            yield _Token(word.start(), word.end(), *_forms(word.group()))
        if mark:
            spelt = mark.spelt.strip()
            yield _Token(mark.start, mark.end, plain_letters(spelt), spelt)
            at = mark.end


def _glossary_terms(tokens: list[_Token], wanted: frozenset[str] | None) -> Iterator[Term]:
    """The longest glossary terms, and single words between them."""
    at = 0
    while at < len(tokens):
        part, inner = _longest(tokens[at : at + _LONGEST_TERM], wanted)
        yield Term(part[0].start, part[-1].end, inner)
        at += len(part)


def _longest(
    tokens: list[_Token], wanted: frozenset[str] | None
) -> tuple[list[_Token], frozenset[str]]:
    """The longest term at the beginning, or the first word if there is none."""
    meanings = glossary()
    for length in range(len(tokens), 0, -1):
        meaning = _meaning(meanings, tokens[:length])
        if meaning is not None and (wanted is None or _stems_of(meaning) <= wanted):
            return tokens[:length], _stems_of(meaning)
    return tokens[:1], _stems_of(tokens[0].plain)


def _meaning(meanings: dict[str, str], part: list[_Token]) -> str | None:
    spelt = " ".join(token.spelt for token in part)
    return meanings.get(spelt, meanings.get(" ".join(token.plain for token in part)))


def _words(tokens: list[_Token]) -> Iterator[Term]:
    for token in tokens:
        yield Term(token.start, token.end, _stems_of(token.plain))


@lru_cache(maxsize=4096)
def _forms(word: str) -> tuple[str, str]:
    spelt = normalise(word)
    return plain_letters(spelt), spelt


@lru_cache(maxsize=4096)
def _stems_of(meaning: str) -> frozenset[str]:
    words = re.findall(r"[^\W_]+", plain_letters(meaning))
    return frozenset().union(*(_stem_set(word) for word in words))


def _stem_set(word: str) -> frozenset[str]:
    if word in _STOP or not word[:1].isalnum() or (len(word) == 1 and not word.isdigit()):
        return frozenset()
    return frozenset({_stem(word)})


def _stem(word: str) -> str:
    word = word.replace("oe", "e").replace("ae", "e")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:_STEM]
