"""A judgement in words, for the page, the command line, the quiz and case sheets alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from entdemo.inference.verdict import Judgement
from entdemo.locale import Language, page_text
from entdemo.taxonomy import SIDED

Kind = Literal["frame", "text"]
"""Whether a frame or a description was asked with."""

_TURNED = "ear"
"""A turned picture of this region shows the other side."""


def headline(judgement: Judgement, kind: Kind, language: Language) -> str:
    """The answer in a sentence or two that say no more than is known."""
    if judgement.grade == "refused":
        return page_text(f"spoken.refused_{kind}", language)
    if judgement.region is None:
        names = _joined(judgement.possible, language)
        return page_text(f"spoken.unsure_{kind}", language, names=names)
    stated = f"both-{judgement.region}" if judgement.both_sides else judgement.class_name
    name = _name(stated or judgement.region, language)
    if kind == "frame" and judgement.class_name and judgement.region == _TURNED:
        name = page_text("spoken.upright", language, name=name)
    grade = judgement.grade
    sentence = page_text(f"spoken.{grade}_{kind}", language, name=name)
    if stated:
        return sentence
    left_open = "side" if judgement.region in SIDED else "state"
    return f"{sentence} {page_text(f'spoken.no_{left_open}_{kind}', language)}"


def grade_name(judgement: Judgement, language: Language) -> str:
    """The grade in a word or two for teachers."""
    grade = judgement.grade
    return page_text(f"spoken.grade_{grade}", language)


def advice(judgement: Judgement, language: Language) -> str:
    """What to make of the headline, and why."""
    because = [_because(judgement, reason, language) for reason in judgement.reasons]
    grade = judgement.grade
    told = page_text(f"spoken.advice_{grade}", language)
    return " ".join([*(it for it in because if it), told])


def _because(judgement: Judgement, reason: str, language: Language) -> str:
    """Why it is not trusted; empty where the headline says it."""
    if judgement.grade == "refused":
        return ""
    others = judgement.possible[1:]
    if reason == "region-unsure":
        if judgement.region is None or not others:
            return ""
        return page_text("spoken.could_be", language, names=_joined(others, language))
    key = _key(reason)
    return page_text(f"spoken.because_{key}", language)


def _name(name: str, language: Language) -> str:
    """A class or a region as a noun phrase."""
    key = _key(name)
    return page_text(f"spoken.name_{key}", language)


def _joined(names: Iterable[str], language: Language) -> str:
    *before, last = (_name(name, language) for name in names)
    said = page_text("spoken.or", language) + last
    return ", ".join(before) + said if before else last


def _key(name: str) -> str:
    return name.replace("-", "_")
