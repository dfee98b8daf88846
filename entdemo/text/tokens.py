"""Words of a text with their places, as they are spelt and in plain letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import NamedTuple, TypeVar

from entdemo.text.letters import plain_letters

_WORD = re.compile(r"[^\W_]+")
LONGEST_TERM = 6
"""Words of the longest term of any table."""

Value = TypeVar("Value")


class Token(NamedTuple):
    """A word at ``text[start:end]``, in lower case: ``spelt``, and ``plain`` without diacritics."""

    start: int
    end: int
    spelt: str
    plain: str


def tokens(text: str) -> list[Token]:
    """The words of a text in their order; ``text`` has composed letters (NFC)."""
    return [
        Token(match.start(), match.end(), word, plain_letters(word))
        for match in _WORD.finditer(text)
        for word in (match.group().lower(),)
    ]


def term(text: str) -> tuple[str, ...]:
    """A term of a table as a key."""
    return tuple(token.spelt for token in tokens(text))


def with_plain(terms: Mapping[tuple[str, ...], Value]) -> dict[tuple[str, ...], Value]:
    """The terms, and those of several words without diacritics too.

    A Vietnamese syllable without diacritics means too many things to stand alone.
    """
    plain = {
        tuple(map(plain_letters, words)): value for words, value in terms.items() if len(words) > 1
    }
    return plain | dict(terms)


def longest(
    found: Sequence[Token], terms: Mapping[tuple[str, ...], Value]
) -> Iterator[tuple[Sequence[Token], Value | None]]:
    """Parts of a text, the longest term first; a word that no term begins with has None."""
    at = 0
    while at < len(found):
        part, value = _longest(found[at : at + LONGEST_TERM], terms)
        yield part, value
        at += len(part)


def _longest(
    part: Sequence[Token], terms: Mapping[tuple[str, ...], Value]
) -> tuple[Sequence[Token], Value | None]:
    for length in range(len(part), 0, -1):
        for words in _spellings(part[:length]):
            if words in terms:
                return part[:length], terms[words]
    return part[:1], None


def _spellings(part: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    """The words as spelt; without diacritics where some of several words lack them.

    Where each word has its diacritics they are meant: "dải trắng" is not "đại tràng".
    """
    yield tuple(token.spelt for token in part)
    if len(part) > 1 and any(token.spelt == token.plain for token in part):
        yield tuple(token.plain for token in part)


def table(name: str, columns: int) -> Iterator[tuple[str, ...]]:
    """Rows of a table of this package; lines that begin with # are comments.

    Raises:
        ValueError: a row has another number of columns.
    """
    for line in resources.files("entdemo.text").joinpath(name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            row = tuple(line.split("\t"))
            if len(row) != columns:
                raise ValueError(f"{name}: {len(row)} columns, not {columns}: {line[:40]}")
            yield row
