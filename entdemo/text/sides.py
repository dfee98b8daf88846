"""Sides in English and Vietnamese texts: one reader for the text tower, the mirror and the search.

Words (left, phải), marks ((T), Rt., L, AD, "Mũi T", MNP) and positions on the clock are found in
the text as it was typed. What is spelt like a side and means something else is left alone: a boy
is "con trai", a question is "có phải", and "right away" names no side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from entdemo.text.clock import clock_marks
from entdemo.text.letters import in_case_of, plain_letters

Side = Literal["right", "left"]

_OTHER = {
    "left": "right", "right": "left", "trái": "phải", "phải": "trái", "trai": "phai",
    "phai": "trai", "l": "r", "r": "l", "lt": "rt", "rt": "lt", "t": "p", "p": "t", "d": "s",
    "s": "d",
}  # fmt: skip
_SIDE: dict[str, Side] = {
    "left": "left", "trái": "left", "trai": "left", "l": "left", "lt": "left", "t": "left",
    "s": "left", "right": "right", "phải": "right", "phai": "right", "r": "right", "rt": "right",
    "p": "right", "d": "right",
}  # fmt: skip

_BEFORE = r"(?<![^\W_])"
_AFTER = r"(?![^\W_])"
"""Edges of a word; an underscore is one, as in right_ear."""

_SIDED_NOUNS = (
    "bên", "tai", "mũi", "nhĩ", "mn", "hm", "dt", "cuốn", "dưới", "giữa", "amidan", "amiđan",
    "thanh", "sang", "về", "qua", "hàm", "ngăn", "xoang", "phễu", "lê", "vòi", "ống", "chũm",
)  # fmt: skip
"""Words after which Vietnamese notes put the side."""

_NOUNS = "|".join(sorted({form for noun in _SIDED_NOUNS for form in (noun, plain_letters(noun))}))
_AFTER_NOUN = re.compile(rf"{_BEFORE}(?:{_NOUNS})\s+$", re.IGNORECASE)
_VIETNAMESE = re.compile(
    rf"[ăđêôơư]|[\u1ea0-\u1ef9]|{_BEFORE}(?:{_NOUNS}|trái|phải|trai|phai){_AFTER}", re.IGNORECASE
)
"""A capital P or T alone is a side in a Vietnamese text only."""

_MARK = re.compile(
    "|".join(
        (
            rf"(?P<word>{_BEFORE}(?i:left|right|trái|phải|trai|phai)(?=(?i:most|wards?)?{_AFTER}))",
            r"[(\[]\s*(?P<bracket>(?i:rt|lt|[ptrl]))\.?\s*[)\]]",
            rf"{_BEFORE}A\.?(?P<ear>[DS])\.?{_AFTER}",
            rf"{_BEFORE}(?:(?i:mn|hm)|DT)(?P<ending>[PTpt]){_AFTER}",
            rf"{_BEFORE}(?P<leading>[RL])(?=(?:TM|IT|MT|MM|EAC|NC|VC|TVC){_AFTER})",
            rf"{_BEFORE}(?i:{_NOUNS})\s+(?P<noted>[PTpt])(?![^\W_]|[.'/-]\w)",
            rf"{_BEFORE}(?<!['/.-])(?P<short>(?i:rt|lt|r|l))\.?(?![^\W_]|['/])"
            r"(?!-(?!(?i:sided|ear|nose|nasal|nostril|tm|drum|cord|tonsil)))",
            rf"{_BEFORE}(?<!['/.-])(?P<capital>[PT])(?![^\W_]|['/.-])",
        )
    )
)
_SPELT_EN, _SPELT_VI = {"right": "right", "left": "left"}, {"right": "phải", "left": "trái"}

_BOY_BEFORE = re.compile(
    r"\b(?:con|bé|be|cháu|chau|em|anh|bạn|ban|người|nguoi|trẻ|tre|giới|gioi|gái|gai)\s+$",
    re.IGNORECASE,
)
_BOY_AFTER = re.compile(r"\s+\d+\s*(?:tuổi|tuoi|th|t\b)", re.IGNORECASE)
_MUST_BEFORE = re.compile(
    r"\b(?:có|co|không|khong|ko|chẳng|chang|cần|can|buộc|buoc|sẽ|se|nên|nen|chưa|chua)\s+$",
    re.IGNORECASE,
)
_MUST_AFTER = re.compile(
    r"\s+(?:(?:không|khong)(?=\s*(?:[?.!]|$))|(?:chăng|chang|là|la|mổ|mo|cắt|cat|làm|lam|điều trị"
    r"|dieu tri|dùng|dung|đặt|dat|lấy|lay|hút|hut|sinh thiết|sinh thiet|phẫu thuật|phau thuat|uống"
    r"|uong|nhập viện|nhap vien|theo dõi|theo doi|chờ|cho|đi|di)\b)",
    re.IGNORECASE,
)
_DIRECTION_BEFORE = re.compile(r"\b(?:to|on|towards?|from) (?:the )?$", re.IGNORECASE)
_IDIOM_BEFORE = re.compile(
    r"\b(?:all|that's|that is|is (?:this|that|it)|nothing"
    r"|(?:no|hardly any|enough) (?:airway|tonsils?|space|room|gap))\s+$",
    re.IGNORECASE,
)
_IDIOM_AFTER = re.compile(
    r"\s+(?:now|away|down|through|into|up|here|there|angles?|angled|over|untreated|behind|alone|out"
    r"|in (?:front|situ|place|the (?:midline|cent(?:re|er))))\b",
    re.IGNORECASE,
)
_REMAINS_BEFORE = re.compile(r"\b(?:is|are|was|were|been|be)\s+$", re.IGNORECASE)
_REMAINS_AFTER = re.compile(r"\s+(?:to|with|in|open)\b", re.IGNORECASE)
_SHOUTED_BEFORE = re.compile(r"(?:^|[,.;(] ?)$")
_SHOUTED_AFTER = re.compile(r"\s*(?:[:-]|$)")


@dataclass(frozen=True)
class Mark:
    """A side, or a position on the clock, at ``text[start:end]``.

    Attributes:
        spelt: as the text tower reads it.
        mirrored: what stands there in the mirrored text.
        side: which side it names; None for a position on the clock.
    """

    start: int
    end: int
    spelt: str
    mirrored: str
    side: Side | None = None


def find_marks(text: str) -> list[Mark]:
    """Everything that a mirror changes, in its order; ``text`` has composed letters (NFC)."""
    found = [*_side_marks(text), *(Mark(*mark) for mark in clock_marks(text))]
    return sorted(found, key=lambda mark: mark.start)


def sides(text: str) -> frozenset[Side]:
    """The sides that a text names."""
    return frozenset(mark.side for mark in find_marks(text) if mark.side)


def mirror_text(text: str) -> str:
    """The text of the mirrored frame: sides and positions on the clock are swapped.

    Everything else stays as it was typed; mirrored twice it is the text again.
    """
    return _replaced(text, [(mark, mark.mirrored) for mark in find_marks(text)])


def spell_sides(text: str) -> str:
    """The text with every mark for a side as a word, and every position on the clock in digits."""
    return _replaced(text, [(mark, mark.spelt) for mark in find_marks(text)])


def _replaced(text: str, parts: list[tuple[Mark, str]]) -> str:
    for mark, put in reversed(parts):
        text = text[: mark.start] + put + text[mark.end :]
    return text


def _side_marks(text: str) -> Iterator[Mark]:
    for match in _MARK.finditer(text):
        kind = str(match.lastgroup)
        if _means_a_side(kind, match, text):
            yield _mark(kind, match)


def _mark(kind: str, match: re.Match[str]) -> Mark:
    letter = match.group(kind)
    side = _SIDE[letter.lower()]
    start, end = match.span() if kind in ("bracket", "ear", "short") else match.span(kind)
    at, whole = match.start(kind) - start, match.string[start:end]
    mirrored = whole[:at] + in_case_of(_OTHER[letter.lower()], letter) + whole[at + len(letter) :]
    return Mark(start, end, _spelt(kind, letter.lower(), side), mirrored, side)


def _spelt(kind: str, letter: str, side: Side) -> str:
    if kind == "word":
        return letter
    if kind == "ear":
        return f"{side} ear"
    vietnamese = letter in "pt"
    word = (_SPELT_VI if vietnamese else _SPELT_EN)[side]
    return {"bracket": f" {word} ", "ending": f" {word}", "leading": f"{word} "}.get(kind, word)


def _means_a_side(kind: str, match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if kind == "word":
        return not _is_idiom(match.group().lower(), before, after)
    if kind == "capital":
        return _VIETNAMESE.search(text) is not None
    if kind == "ear" and text.isupper():
        # Where all is in capitals, AS may be the English word.
        return bool(_SHOUTED_BEFORE.search(before) or _SHOUTED_AFTER.match(after))
    return True


def _is_idiom(word: str, before: str, after: str) -> bool:
    """Whether the words around give it another meaning.

    They do so for both sides alike, though only one of the two is an idiom, so that a mirror
    image never reads differently.
    """
    if word in ("left", "right"):
        return _is_english_idiom(before, after)
    if _AFTER_NOUN.search(before):
        return False
    boy = word in ("trai", "phai") and (_BOY_BEFORE.search(before) or _BOY_AFTER.match(after))
    return bool(boy or _MUST_BEFORE.search(before) or _MUST_AFTER.match(after))


def _is_english_idiom(before: str, after: str) -> bool:
    if _DIRECTION_BEFORE.search(before):
        return False
    asked = before.rstrip().endswith(",") and after.startswith("?")
    remains = _REMAINS_BEFORE.search(before) and _REMAINS_AFTER.match(after)
    return bool(asked or remains or _IDIOM_BEFORE.search(before) or _IDIOM_AFTER.match(after))
