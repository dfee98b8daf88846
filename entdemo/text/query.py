"""A description as it is understood: whether it is about this, and what it tells beside its words.

What the text tower cannot know is read by rule: words outside ear, nose and throat, findings that
no case has, what is denied, slips of the keyboard, and both sides at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.text.denied import excluded, said_plainly
from entdemo.text.findings import mentions
from entdemo.text.negation import fold
from entdemo.text.typos import Correction, corrected
from entdemo.text.vocabulary import words

_BY_WORDS = 0.7
"""How much the one region that a text's words stand for counts beside the text tower."""

_SURE_WITH_FEW = 0.8
_SURE_WITH_MANY = 0.5
"""Probability of the region from which on a text without a word of the field is still taken for one
about it: where some of its words fit there, and where half of them do or one is a finding."""

_ADJECTIVES = frozenset(("redness",))
"""Findings whose words describe anything: a red drum, red wine."""

_BOTH = re.compile(
    r"\b(?:both|bilateral|bilat|b/l|au|left and right|right and left|trai va phai|phai va trai)\b"
    r"|\b(?:hai|2|ca hai) (?:ben|tai|mui|hoc mui|mang nhi|mn)\b"
)
_STATE = re.compile(
    r"\b(?:open|clos|shut|a[bd]duct|apart|part(?:ed|ing)\b|wide|gap|meet|approxim|midline|together|touch"
    r"|inspir|breath|respir|sniff|phonat|trachea|triang|mo\b|ho\b|rong\b|khep|dong\b|phat am|hit\b"
    r"|tho\b|cham\b|sat\b|d?giang\b|dang\b|khi quan|tam giac|duong giua)"
)


@dataclass(frozen=True)
class Judged:
    """Class probabilities in the light of what a text says.

    Attributes:
        probabilities: one for each class, in taxonomy order; they sum to 1.
        about: whether the text is about ear, nose and throat endoscopy.
    """

    probabilities: tuple[float, ...]
    about: bool


@dataclass(frozen=True)
class Reading:
    """What is read from a description.

    Attributes:
        text: the description as the text tower reads it: slips mended, and the other side in place
            of one that is denied.
        corrections: the slips.
        named: findings that it says to be there, see ``text.findings``.
        denied: findings that it says not to be there.
        excluded: classes that it says not to be meant.
        regions: regions that its words stand for.
        both_sides: it names both sides, or says both.
        tells_state: its words may tell whether the vocal cords are open.
        kinds: how many of its words are of each kind, see ``text.vocabulary``.
    """

    text: str
    corrections: tuple[Correction, ...]
    named: frozenset[str]
    denied: frozenset[str]
    excluded: frozenset[str]
    regions: frozenset[str]
    both_sides: bool
    tells_state: bool
    kinds: Counter[str]

    def judge(self, probabilities: Sequence[float]) -> Judged:
        """What the text tower said, corrected by the words.

        Args:
            probabilities: one for each class, in taxonomy order; they sum to 1.
        """
        about = self._is_about(max(_by_region(probabilities).values()))
        return Judged(tuple(self._told(list(probabilities))), about)

    def _told(self, given: list[float]) -> list[float]:
        if len(self.regions) == 1:
            (region,) = self.regions
            inside = [
                p if region_of(c) == region else 0.0 for c, p in zip(CLASSES, given, strict=True)
            ]
            total = sum(inside)
            if total > 0:
                given = [
                    (1 - _BY_WORDS) * p + _BY_WORDS * q / total
                    for p, q in zip(given, inside, strict=True)
                ]
        if self.both_sides:
            given = _levelled(given)
        left = [0.0 if name in self.excluded else p for name, p in zip(CLASSES, given, strict=True)]
        total = sum(left)
        return [p / total for p in left] if total > 1e-6 else given

    @property
    def names_the_field(self) -> bool:
        """Whether words tell what it is about: one of the field, a finding, or most that fit."""
        return bool(self._ours()) or self._fits_well()

    def _ours(self) -> int:
        return sum(self.kinds[kind] for kind in (*REGIONS, "ent"))

    def _fits_well(self) -> bool:
        fits = self.kinds["fits"]
        finding = (self.named | self.denied) - _ADJECTIVES
        return bool(finding) or (fits >= 2 and 2 * fits >= self.kinds.total())

    def _is_about(self, certainty: float) -> bool:
        count = self.kinds
        if ours := self._ours():
            return count["other"] <= 2 * ours
        if count["other"]:
            return False
        if self._fits_well():
            return certainty >= _SURE_WITH_MANY
        if count["fits"]:
            return certainty >= _SURE_WITH_FEW
        return False


def read_query(text: str) -> Reading:
    """Read a description; any text can be read."""
    mended, corrections = corrected(unicodedata.normalize("NFC", text))
    found = mentions(mended)
    parts = words(mended)
    return Reading(
        text=said_plainly(mended),
        corrections=corrections,
        named=frozenset(it.key for it in found if not it.denied),
        denied=frozenset(it.key for it in found if it.denied),
        excluded=frozenset(excluded(mended)),
        regions=frozenset(part.kind for part in parts) & frozenset(REGIONS),
        both_sides=_names_both(mended),
        tells_state=bool(_STATE.search(fold(mended))),
        kinds=Counter(part.kind for part in parts),
    )


def _names_both(text: str) -> bool:
    return bool(_BOTH.search(fold(text)))


def _by_region(probabilities: Sequence[float]) -> dict[str, float]:
    totals = dict.fromkeys(REGIONS, 0.0)
    for name, value in zip(CLASSES, probabilities, strict=True):
        totals[region_of(name)] += value
    return totals


def _levelled(probabilities: list[float]) -> list[float]:
    """Both sides of a region share what they have together."""
    totals = _by_region(probabilities)
    return [
        totals[region_of(name)] / 2 if name.endswith(("-left", "-right")) else value
        for name, value in zip(CLASSES, probabilities, strict=True)
    ]
