"""Slips of the keyboard in English words of the field: what was typed, and what it is read as."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import NamedTuple

from entdemo.text.vocabulary import ent_words, known_words

_WORD = re.compile(r"[A-Za-z]+")
_SHORTEST = 6
"""Shorter words have too many neighbours."""

_ALIKE = 0.83
"""Ratio of matching letters (Ratcliff and Obershelp): one slip in a word of six letters."""

_ENDINGS = (
    "", "s", "es", "d", "ed", "r", "er", "or", "ing", "ion", "ions", "al", "ally", "ly", "ic", "a",
    "e", "ive", "ment", "y", "ous", "ious", "able", "otic",
)  # fmt: skip


class Correction(NamedTuple):
    """A word as it was typed and as it is read."""

    typed: str
    read: str


def corrected(text: str) -> tuple[str, tuple[Correction, ...]]:
    """The text with slips mended, and which words were mended.

    Only a word that no table knows is changed, to a longer word of the field that begins alike.
    """
    found: list[Correction] = []

    def mend(match: re.Match[str]) -> str:
        typed = match.group()
        read = _meant(typed.lower())
        if read is None:
            return typed
        found.append(Correction(typed, read))
        return read

    return _WORD.sub(mend, text), tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _meant(typed: str) -> str | None:
    if len(typed) < _SHORTEST or typed in known_words():
        return None
    near = [it for it in ent_words() if it[0] == typed[0] and abs(len(it) - len(typed)) <= 1]
    best = difflib.get_close_matches(typed, near, n=1, cutoff=_ALIKE)
    return best[0] if best and not _is_inflected(typed, best[0]) else None


def _is_inflected(typed: str, word: str) -> bool:
    """Whether the typed word is the other with another usual ending."""
    return any(typed.endswith(end) and word.startswith(_without(typed, end)) for end in _ENDINGS)


def _without(typed: str, end: str) -> str:
    return typed[: len(typed) - len(end)]
