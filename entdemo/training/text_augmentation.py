"""Augment clean sentences the way people type them: no accents, odd case, lost marks, slips."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from entdemo.phantom.grammar import Dice
from entdemo.text.letters import plain_letters

_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"[.,;:!?](?=\s|$)")
_MIN_TYPO_LENGTH = 5
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEPT = re.compile(
    r"^(?:left|right|bilateral|open\w*|close\w*|abduct\w*|adduct\w*|(?:in|ex)spir\w*|phon\w+"
    r"|apart|together|breath\w*|không|khong|without)$",
    re.IGNORECASE,
)


def _strip_some(text: str, dice: Dice) -> str:
    def strip(match: re.Match[str]) -> str:
        return plain_letters(match.group()) if dice.chance(0.5) else match.group()

    return _WORD.sub(strip, text)


def _neighbour(letter: str, dice: Dice) -> str:
    for row in _ROWS:
        at = row.find(letter.lower())
        if at >= 0:
            near = row[max(at - 1, 0) : at + 2].replace(letter.lower(), "")
            return near[dice.below(len(near))]
    return letter


def _slip(word: str, dice: Dice) -> str:
    at = 1 + dice.below(len(word) - 2)
    kind = dice.below(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + _neighbour(word[at], dice) + word[at + 1 :]


def _mistype(text: str, dice: Dice) -> str:
    """One slip in a longer word; words that tell the side or the state stay readable."""
    spans = [
        m.span()
        for m in _WORD.finditer(text)
        if len(m.group()) >= _MIN_TYPO_LENGTH and not _KEPT.match(m.group())
    ]
    if not spans:
        return text
    start, stop = spans[dice.below(len(spans))]
    return text[:start] + _slip(text[start:stop], dice) + text[stop:]


def _crowd(text: str, dice: Dice) -> str:
    return re.sub(r"([,.;:]) ", r"\1" if dice.chance(0.5) else r" \1 ", text)


_CASES: tuple[Callable[[str], str], ...] = (str.lower, str.lower, str.upper, str.title)


def augment_text(text: str, rng: np.random.Generator) -> str:
    """Return the text as a hasty person may have typed it; side and state can still be read.

    Any of: accents lost (all or some), case changed, marks dropped or crowded, one or two slips.
    """
    dice = Dice(rng)
    if not text.isascii() and dice.chance(0.5):
        text = plain_letters(text) if dice.chance(0.75) else _strip_some(text, dice)
    if dice.chance(0.3):
        text = _mistype(text, dice)
        text = _mistype(text, dice) if dice.chance(0.3) else text
    if dice.chance(0.4):
        text = _MARKS.sub("", text)
    elif dice.chance(0.15):
        text = _crowd(text, dice)
    if dice.chance(0.5):
        text = _CASES[dice.below(len(_CASES))](text)
    return text.strip()
