"""Classes that a description denies, as "right ear, not left" does, and how to say it plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from entdemo.taxonomy import CLASSES, region_of
from entdemo.text.negation import fold
from entdemo.text.sides import Side, find_marks, mirror_text, sides
from entdemo.text.wording import normalise

_REGION_NOUNS: dict[str, str] = {
    "ear": r"ears?|eardrum|tai|mang nhi",
    "nose": r"nose|nostril|nasal (?:cavity|fossa)|mui|hoc mui",
    "vocal-cords": r"larynx|vocal (?:cords?|folds?)|thanh quan|day thanh",
    "throat": r"throat|pharynx|hong",
}
_NOUN = "|".join(f"(?:{nouns})" for nouns in _REGION_NOUNS.values())
_NOT_THIS = re.compile(
    r"(?P<opens>^|[,;(]\s*|\bbut )?"
    r"\b(?:not|(?:chu )?khong phai(?: la)?|other than|khong lay)\s+(?:an? |the |from the )?"
    rf"(?P<what>(?P<before>left|right)\b(?:\s+(?:{_NOUN})\b)?"
    rf"|(?:{_NOUN})\b(?:\s+(?:ben )?(?P<after>trai|phai)\b)?"
    r"|(?:ben )?(?P<alone>trai|phai)\b)"
)
_ENDS = re.compile(r"\s*(?:$|[.,;:)!?]|-?sided?\b|one\b)")
_PLAIN_SIDE: dict[str, Side] = {"left": "left", "right": "right", "trai": "left", "phai": "right"}
_OTHER: dict[Side, frozenset[Side]] = {
    "left": frozenset(("right",)),
    "right": frozenset(("left",)),
}


def excluded(text: str) -> Iterator[str]:
    """Classes that "not a left ear" and the like rule out; ``text`` may be any."""
    for match in _denials(normalise(text)):
        noun = _noun(match)
        regions = [key for key, nouns in _REGION_NOUNS.items() if re.fullmatch(nouns, noun)]
        side = _side(match)
        for name in CLASSES:
            in_region = not noun or region_of(name) in regions
            if in_region and (side is None or name.endswith(side)):
                yield name


def said_plainly(text: str) -> str:
    """The text with the other side in place of one that is denied, which the text tower reads.

    A text that denies no side is left as it is.
    """
    plain = normalise(text)
    denials = [match for match in _denials(plain) if _side(match)]
    for match in reversed(denials):
        start, end = match.span("what")
        put = match.group("opens") or ""
        plain = f"{plain[: match.start()]}{put}{mirror_text(plain[start:end])}{plain[end:]}"
    return plain if denials else text


def _denials(text: str) -> Iterator[re.Match[str]]:
    """Where a class, or a side of one, is denied; ``text`` is normalised."""
    marks = {mark.start: mark.side for mark in find_marks(text)}
    for match in _NOT_THIS.finditer(fold(text)):
        side = _side(match)
        if side is None or _noun(match) or _is_alone(match, side, text, marks):
            yield match


def _is_alone(match: re.Match[str], side: Side, text: str, marks: dict[int, Side | None]) -> bool:
    """Whether a side without its noun is meant as one, which "not right with" is not."""
    if not _ENDS.match(text, match.end()):
        return False
    at = next(match.start(name) for name in ("before", "alone") if match.group(name))
    others = sides(text[: match.start()] + text[match.end() :])
    return marks.get(at) == side and (match.group("opens") is not None or others == _OTHER[side])


def _noun(match: re.Match[str]) -> str:
    """The region's noun, "" where a side stands alone."""
    found = re.search(rf"\b(?:{_NOUN})\b", match.group("what"))
    return found.group() if found else ""


def _side(match: re.Match[str]) -> Side | None:
    word = match.group("before") or match.group("after") or match.group("alone")
    return _PLAIN_SIDE[word] if word else None
