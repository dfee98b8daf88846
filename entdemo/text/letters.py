"""Letters with and without Vietnamese diacritics, and their case."""

from __future__ import annotations

import unicodedata


def plain_letters(text: str) -> str:
    """The text without Vietnamese diacritics."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def comparable_label(text: str) -> str:
    """A label as the taxonomy spells keys, whatever its case, marks, spaces, commas and dashes."""
    spaced = " ".join(plain_letters(text).casefold().replace(",", " ").split())
    return spaced.replace("_", "-").replace(" ", "-")


def unreadable_letter(text: str) -> str | None:
    """The first lone surrogate or control character as U+XXXX, None where all can be read.

    Line ends and tabs are white space.
    """
    for letter in text:
        if unicodedata.category(letter) in ("Cs", "Cc") and letter not in "\t\n\r\x85":
            return f"U+{ord(letter):04X}"
    return None


def without_surrogates(text: str) -> str:
    """The text with pairs of surrogates joined and lone ones replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def in_case_of(word: str, pattern: str) -> str:
    """The lower-case word in capitals, or with a capital letter, where ``pattern`` has them."""
    if pattern.isupper() and (len(pattern) > 1 or len(word) == 1):
        return word.upper()
    return word.capitalize() if pattern[:1].isupper() else word
