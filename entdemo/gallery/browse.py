"""Looking through a gallery by hand: cases that a filter allows and whose texts hold some words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from entdemo.gallery.cases import Case
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.taxonomy import REGION_NAMES, findings_of, label_names

_KEPT_TEXTS = 20_000


def browse(cases: Iterable[Case], where: CaseFilter = EVERYTHING, text: str = "") -> list[Case]:
    """Cases in the order given.

    Args:
        cases: those of a gallery.
        where: which may be found; its similarity does not count here.
        text: words, in either language, with or without Vietnamese marks. Each must begin a word
            of the case's captions, finding, class or region, or its id.
    """
    words = plain(text).split()
    return [case for case in cases if where.allows(case) and _holds(case, words)]


def mixed(cases: Sequence[Case]) -> list[Case]:
    """Cases in turn by class and finding, so that the first ones show many kinds.

    Real ones come before drawn ones.
    """
    kinds: Counter[tuple[bool, str, str]] = Counter()
    classes: Counter[tuple[bool, str, int]] = Counter()
    places = []
    for case in cases:
        kind = (case.is_drawn, case.class_name, case.finding)
        turn = (case.is_drawn, case.class_name, kinds[kind])
        places.append((case.is_drawn, kinds[kind], classes[turn]))
        kinds[kind] += 1
        classes[turn] += 1
    order = sorted(range(len(cases)), key=places.__getitem__)
    return [cases[number] for number in order]


def plain(text: str) -> str:
    """Small letters without marks: Vietnamese is often typed without them."""
    parts = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _holds(case: Case, words: list[str]) -> bool:
    return all(f" {word}" in _words_of(case) for word in words)


@lru_cache(maxsize=_KEPT_TEXTS)
def _words_of(case: Case) -> str:
    """All words of a case, each after a space."""
    texts = [case.caption_en, case.caption_vi, case.finding, case.case_id]
    texts += label_names(case.class_name).values()
    texts += REGION_NAMES.get(case.region, {}).values()
    for finding in findings_of(case.region):
        if finding.key == case.finding:
            texts += [finding.en, finding.vi]
    letters = plain(" ".join(texts))
    spaced = "".join(letter if letter.isalnum() or letter == "-" else " " for letter in letters)
    return " " + " ".join(spaced.split())
