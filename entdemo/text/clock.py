"""Positions on the clock, as an eardrum is described: where they stand and what a mirror does.

Read are digits and number words with o'clock, giờ or h, ranges and lists ("4-5 o'clock"), half
hours ("4:30") and a bare hour that something points to ("pointing to 11"). Hours that pass ("2 h
ago", "sau 5 giờ") and times of the day ("4:30 pm") are no positions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from entdemo.text.letters import in_case_of, plain_letters

_ENGLISH = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_VIETNAMESE = (
    "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai",
)  # fmt: skip
_PLAIN = tuple(map(plain_letters, _VIETNAMESE))
_VOCABULARIES = (_ENGLISH, _VIETNAMESE, _PLAIN)
_WORDS = sorted({word for words in _VOCABULARIES for word in words}, key=len, reverse=True)

_HOUR = rf"(?:1[0-2]|[1-9]|{'|'.join(_WORDS)})"
_MINUTES = r"(?:[:h][0-5]\d|\s?(?:giờ|gio)\s?[0-5]\d)"
_ITEM = rf"{_HOUR}{_MINUTES}?"
_RANGE = r"\s*(?:-|–|to|đến|den|tới|toi)\s*"
_LIST = r"\s*(?:,|/|&|and|or|và|va|hoặc|hoac)\s*"
_UNIT = r"(?P<unit>\s*o\s?['\u2018\u2019\u00b4`]?\s?clock|\s*(?:giờ|gio)|\s?h)"
_EACH = r"(?:\s?(?:h|giờ|gio))?"
"""A unit that stands with the first of two hours as well: "4h-5h"."""
_EDGE = r"(?![^\W_])"
_BEGIN = r"(?<![\w.,:/-])"

_CLOCK = re.compile(
    rf"{_BEGIN}(?P<items>{_ITEM}(?:{_EACH}(?:{_RANGE}|{_LIST}){_ITEM})*){_UNIT}{_EDGE}"
    r"(?!\s?[0-5]\d(?![\d%]|\s*mm))"
    rf"|{_BEGIN}(?P<time>(?:1[0-2]|[1-9])(?:[:h]|\s?(?:giờ|gio)\s?)[0-5]\d)(?![\w:])"
    r"|\b(?:point|lean|slant|tilt|direct)\w*\s+(?:up\s+|back\s+)?(?:to|towards?|at)\s+"
    r"(?P<aim>1[0-2]|[1-9])(?!\w|[.,:/%-]\d|\s*(?:mm|cm|%))",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"(?P<hour>{_HOUR})(?P<minutes>{_MINUTES})?", re.IGNORECASE)
_SPAN = re.compile(rf"(?P<first>{_ITEM}){_EACH}{_RANGE}(?P<last>{_ITEM})", re.IGNORECASE)
_PASSES_BEFORE = re.compile(
    r"(?:\b(?:for|after|within|past|last|every|over|lúc|luc|mỗi|moi|cách đây|cach day)"
    r"|(?<!góc)(?<!goc)(?<!phía)(?<!phia)(?:^|\s)(?:sau|trong))\s+(?:about\s+|khoảng\s+|khoang\s+)?$",
    re.IGNORECASE,
)
_PASSES_AFTER = re.compile(
    r"\s*(?:ago|after|later|post|before|prior|am\b|pm\b|a\.m|p\.m|sau|trước|truoc|nay|qua|liền|lien"
    r"|sáng|sang|chiều|chieu|tối|toi|trưa|trua)\b",
    re.IGNORECASE,
)


class ClockMark(NamedTuple):
    """A position at ``text[start:end]``: in digits as the text tower reads it, and mirrored."""

    start: int
    end: int
    spelt: str
    mirrored: str


def clock_marks(text: str) -> Iterator[ClockMark]:
    """Positions on the clock in their order."""
    for match in _CLOCK.finditer(text):
        kind = next(name for name in ("items", "time", "aim") if match.group(name))
        unit = match.group("unit") or ""
        named = unit.lower().endswith("clock")
        if not named and kind != "aim" and _passes(text, match):
            continue
        typed = match.group(kind)
        spelt = _NUMBER.sub(_in_digits, typed) + (unit and (" o'clock" if named else " giờ"))
        start = match.start(kind)
        yield ClockMark(start, start + len(typed + unit), spelt, _mirrored(typed) + unit)


def _passes(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    return bool(_PASSES_BEFORE.search(before) or _PASSES_AFTER.match(after))


def _in_digits(match: re.Match[str]) -> str:
    minutes = match.group("minutes")
    return f"{_hour(match.group('hour'))}" + (f":{minutes[-2:]}" if minutes else "")


def _hour(typed: str) -> int:
    if typed.isdigit():
        return int(typed)
    word = typed.lower()
    return next(words.index(word) + 1 for words in _VOCABULARIES if word in words)


def _mirrored(items: str) -> str:
    """Each hour mirrored; a range is turned round, so that it still goes clockwise."""
    turned = _SPAN.sub(_turned, items)
    return _NUMBER.sub(_mirrored_number, turned)


def _turned(match: re.Match[str]) -> str:
    between = match.string[match.end("first") : match.start("last")]
    return f"{match.group('last')}{between}{match.group('first')}"


def _mirrored_number(match: re.Match[str]) -> str:
    hour, minutes = match.group("hour"), match.group("minutes") or ""
    past = int(minutes[-2:]) if minutes else 0
    total = (720 - _hour(hour) % 12 * 60 - past) % 720
    put, left_over = total // 60 or 12, total % 60
    return _as_typed(put, hour) + (f"{minutes[:-2]}{left_over:02d}" if minutes else "")


def _as_typed(hour: int, pattern: str) -> str:
    if pattern.isdigit():
        return str(hour)
    words = next(words for words in _VOCABULARIES if pattern.lower() in words)
    return in_case_of(words[hour - 1], pattern)
