"""What the description box offers while somebody types: findings, and captions of the gallery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from entdemo.gallery.cases import Case
from entdemo.locale import LANGUAGES, Language
from entdemo.taxonomy import FINDINGS, finding_names

_LONGEST = 70
_MOST_CAPTIONS = 150


def suggestions(cases: Sequence[Case]) -> dict[Language, list[str]]:
    """Phrases by language, findings first, then short captions, frequent ones first."""
    return {language: _phrases(cases, language) for language in LANGUAGES}


def _phrases(cases: Sequence[Case], language: Language) -> list[str]:
    known = [finding.en if language == "en" else finding.vi for finding in FINDINGS]
    own = [finding_names(case.class_name, case.finding)[language] for case in cases]
    captions = Counter(_caption(case, language) for case in cases)
    frequent = sorted(captions, key=lambda text: (-captions[text], text))
    short = [text for text in frequent if text and len(text) <= _LONGEST][:_MOST_CAPTIONS]
    phrases: dict[str, str] = {}
    for phrase in (*known, *own, *short):
        phrases.setdefault(phrase.casefold(), phrase)
    return [phrase for phrase in phrases.values() if phrase]


def _caption(case: Case, language: Language) -> str:
    text = case.caption_en if language == "en" else case.caption_vi
    return " ".join(text.split()).rstrip(" .")
