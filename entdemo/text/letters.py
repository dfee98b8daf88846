"""Letters with and without Vietnamese diacritics, and their case."""

from __future__ import annotations

import unicodedata


def plain_letters(text: str) -> str:
    """The text without Vietnamese diacritics."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def in_case_of(word: str, pattern: str) -> str:
    """The lower-case word in capitals, or with a capital letter, where ``pattern`` has them."""
    if pattern.isupper() and (len(pattern) > 1 or len(word) == 1):
        return word.upper()
    return word.capitalize() if pattern[:1].isupper() else word
