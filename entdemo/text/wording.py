"""One wording for what people type in many ways, and a glossary from Vietnamese to English."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

from entdemo.text.letters import plain_letters, without_surrogates
from entdemo.text.sides import find_marks, spell_sides

_TONES_MOVED = {
    "òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ",
    "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ", "ọe": "oẹ",
    "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ",
}  # fmt: skip
"""Both places of a tone mark are in use; the older one is kept."""

_VIETNAMESE_MARKS = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")

_SIDE_WORDS = frozenset(("trái", "phải", "trai", "phai"))

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(found), put)
    for found, put in (
        (r"[\u2018\u2019\u201b\u00b4`]", "'"),
        (r"[\u201c\u201d\u201e«»]", '"'),
        (r"[\u2010-\u2015\u2212]", "-"),
        (r"[\u200b-\u200d\u2060\ufeff]", ""),
        (r"_", " "),
        (r"\b2 (?=(?:bên|ben|dây|day)\b)", "hai "),
        (r"\ba[ -]?mi[ -]?[dđ]an\b", "amidan"),
        *((rf"(?<!q){new}\b", old) for old, new in _TONES_MOVED.items()),
        (r"\s+", " "),
        (r" (?=[,.;:?!])", ""),
    )
)


def normalise(text: str) -> str:
    """The text as the text tower reads it, in training and in use alike.

    Lower case, composed letters, single spaces, plain quotes and dashes, marks for the sides
    spelt out (``text.sides``), lone surrogates replaced. Applied again it changes nothing.
    """
    text = spell_sides(unicodedata.normalize("NFC", without_surrogates(text)))
    before = None
    while text != before:
        before = text
        text = unicodedata.normalize("NFC", text.lower())
        for found, put in _RULES:
            text = found.sub(put, text)
        text = spell_sides(text.strip())
    return text


@cache
def _glossary() -> dict[str, str]:
    table = resources.files("entdemo.text").joinpath("glossary.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {normalise(term): "" if meaning == "-" else meaning for term, meaning in rows}


@cache
def glossary() -> dict[str, str]:
    """English meaning of Vietnamese terms, spelt with and without diacritics; ``""`` where a term
    has none. Keys are normalised."""
    spelt = _glossary()
    return {plain_letters(term): meaning for term, meaning in spelt.items()} | spelt


@cache
def _meanings() -> tuple[dict[str, str], re.Pattern[str]]:
    """Glossary with and without diacritics, and a pattern that finds the longest term first."""
    meanings = glossary()
    terms = sorted(meanings, key=len, reverse=True)
    return meanings, re.compile(rf"\b(?:{'|'.join(map(re.escape, terms))})\b")


def is_vietnamese(text: str) -> bool:
    """Has Vietnamese letters, or a term of several syllables typed without them."""
    if "đ" in text or _VIETNAMESE_MARKS & set(unicodedata.normalize("NFD", text)):
        return True
    return any(" " in match.group() for match in _meanings()[1].finditer(text))


def to_english(text: str) -> str:
    """Vietnamese ENT terms in English, for a CLIP text tower that knows no Vietnamese.

    The longest term wins; terms without diacritics count too. Words that the glossary lacks stay,
    in plain letters. English text is only normalised.
    """
    text = normalise(text)
    if not is_vietnamese(text):
        return text
    meanings, terms = _meanings()
    sides = {mark.start for mark in find_marks(text)}

    def meaning(match: re.Match[str]) -> str:
        word = match.group()
        # "phải" is "must" as well, which names no side.
        return "" if word in _SIDE_WORDS and match.start() not in sides else meanings[word]

    english = terms.sub(meaning, text)
    english = re.sub(r"\s+", " ", plain_letters(english))
    return re.sub(r" (?=[,.;:?!])", "", english).strip(" ,;:")
