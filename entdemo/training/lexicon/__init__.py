"""The phrases from which training sentences are put together, one table a language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from entdemo.phantom.captions import Language
from entdemo.phantom.grammar import Pattern, pattern, read_table

_MACRO = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Phrase:
    """A phrase pattern and the findings that it names."""

    pattern: Pattern
    findings: tuple[str, ...]

    def takes(self, slot: str) -> bool:
        """True where the pattern has this slot."""
        return slot in self.pattern.slots


Lexicon = dict[tuple[str, str], tuple[Phrase, ...]]
"""Phrases by region (``any`` for all) and form."""


def _expand_macros(source: str, macros: dict[str, str]) -> str:
    while (match := _MACRO.search(source)) is not None:
        source = source[: match.start()] + macros[match.group(1)] + source[match.end() :]
    return source


@cache
def lexicon(language: Language) -> Lexicon:
    """The phrases of a language.

    Raises:
        KeyError: a pattern names a macro that neither its region nor ``any`` defines.
        ValueError: a row or a pattern is malformed.
    """
    rows = list(read_table("entdemo.training.lexicon", f"{language}.tsv", 4))
    macros: dict[str, dict[str, str]] = {}
    for region, form, name, source in rows:
        if form == "macro":
            macros.setdefault(region, {})[name] = source
    phrases: dict[tuple[str, str], list[Phrase]] = {}
    for region, form, name, source in rows:
        if form != "macro":
            known = macros["any"] | macros.get(region, {})
            phrase = Phrase(pattern(_expand_macros(source, known)), () if name == "-" else (name,))
            phrases.setdefault((region, form), []).append(phrase)
    return {key: tuple(found) for key, found in phrases.items()}
