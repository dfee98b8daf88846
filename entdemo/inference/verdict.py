"""How far an answer can be relied on, and how much of it is stated.

What is stated goes by steps: the region first, then the side or state only where its probability
within the region supports it. The grade combines three kinds of evidence, since each misses errors
that another one sees: the calibrated probability, the nearest cases, and how unlike the known
frames a frame is. ``python -m benchmarks.verdicts`` measures what the limits below are worth; they
were chosen by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from entdemo.taxonomy import CLASSES, REGIONS, SIDED, region_of

Grade = Literal["trust", "check", "refused"]
Reason = Literal[
    "unlike-endoscopy",
    "other-topic",
    "region-unsure",
    "few-words",
    "several-regions",
    "unlike-known",
    "cases-disagree",
    "no-cases",
    "maybe-turned",
]

STATED_REGION = 0.5
"""Probability from which on one region is stated, not several that are possible."""

TRUSTED_REGION = 0.85
"""Probability from which on a region may be trusted."""

STATED_CLASS = 0.85
"""Probability within the region from which on a side or state is stated."""

POSSIBLE = 0.2
"""Share of the most probable region's probability from which on another one is possible too."""

FIRST_CASES = 12
"""How many of the nearest cases are asked, where the gallery holds as many of the region."""

CASES_AGREE = 0.5
"""Share of the first cases that must be of what is stated: of the region for trust, and of the
class among those of the region for a side or state."""

KNOWN_UNLIKENESS = 1.0
"""Unlikeness above which a frame is too unlike the known ones for trust."""

KNOWN_STRANGENESS = 0.8
"""Likewise of strangeness, which refuses from 1 on: of other pictures that are taken for endoscopy
all that were looked at lie between the two."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for an answer.

    Attributes:
        probabilities: calibrated probability of each class; they sum to 1.
        nearest: classes of the first cases of the whole gallery, nearest first.
        unlikeness: how unlike the known frames a frame is, see ``inference.calibration``; 0 for
            descriptions.
        strangeness: distance from what endoscopy looks like, over that from which on a frame is
            refused; 0 for descriptions.
        in_distribution: whether it looks like endoscopy, or is a description of it.
        about: whether the description, if there is one, is about ear, nose and throat endoscopy.
        turned: how surely a side is read from the frame turned by a quarter, see
            ``inference.turning``; 0 where that was not asked, and for descriptions.
        named: whether words of it tell so, and not the text tower alone; true without one.
        several: whether its words are of more than one region.
        both_sides: whether it is about both sides.
        tells_state: whether its words may tell if the vocal cords are open; true without one.
    """

    probabilities: Mapping[str, float]
    nearest: tuple[str, ...]
    unlikeness: float
    strangeness: float
    in_distribution: bool
    about: bool
    named: bool = True
    turned: float = 0.0
    several: bool = False
    both_sides: bool = False
    tells_state: bool = True


@dataclass(frozen=True)
class Judgement:
    """What is stated of a query, and how far that can be relied on.

    Attributes:
        grade: ``trust``, ``check``, or ``refused`` where nothing is stated.
        reasons: why it is not ``trust``; empty where it is.
        region: that is stated; None where several are possible or the query is refused.
        class_name: that is stated; None where the side or state is not supported.
        possible: regions that come into question, most probable first; empty where refused.
        both_sides: both sides of the region are meant, so that no class can be stated.
    """

    grade: Grade
    reasons: tuple[Reason, ...]
    region: str | None = None
    class_name: str | None = None
    possible: tuple[str, ...] = field(default=())
    both_sides: bool = False


def judge(evidence: Evidence) -> Judgement:
    """The grade of an answer and what of it is stated."""
    if not evidence.in_distribution:
        return Judgement("refused", ("unlike-endoscopy" if evidence.about else "other-topic",))
    regions = region_probabilities(evidence.probabilities)
    possible = _possible(regions)
    region = possible[0]
    reasons = tuple(_doubts(evidence, region, regions[region]))
    if regions[region] < STATED_REGION:
        return Judgement("check", reasons, possible=possible)
    grade: Grade = "check" if reasons else "trust"
    if evidence.both_sides and region in SIDED:
        return Judgement(grade, reasons, region, None, possible, both_sides=True)
    if region == "vocal-cords" and not evidence.tells_state:
        return Judgement(grade, reasons, region, None, possible)
    stated = _supported_class(evidence, region, regions[region])
    if stated and evidence.turned >= evidence.probabilities[stated] / regions[region]:
        return Judgement("check", (*reasons, "maybe-turned"), region, None, possible)
    return Judgement(grade, reasons, region, stated, possible)


def region_probabilities(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Probability of each region, in taxonomy order, from those of the classes."""
    found = dict.fromkeys(REGIONS, 0.0)
    for name, probability in probabilities.items():
        found[region_of(name)] += probability
    return found


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """As programs are told it."""
    return {
        "verdict": judgement.grade,
        "reasons": list(judgement.reasons),
        "stated": {"region": judgement.region, "class": judgement.class_name},
    }


def _possible(regions: Mapping[str, float]) -> tuple[str, ...]:
    ranked = sorted(regions, key=regions.__getitem__, reverse=True)
    floor = POSSIBLE * regions[ranked[0]]
    return tuple(name for name in ranked if regions[name] >= floor)


def _doubts(evidence: Evidence, region: str, probability: float) -> list[Reason]:
    doubts: list[Reason] = []
    if probability < TRUSTED_REGION:
        doubts.append("region-unsure")
    if not evidence.named:
        doubts.append("few-words")
    if evidence.several:
        doubts.append("several-regions")
    strange = evidence.strangeness > KNOWN_STRANGENESS
    if strange or evidence.unlikeness > KNOWN_UNLIKENESS:
        doubts.append("unlike-known")
    regions = [stated for name in evidence.nearest if (stated := region_of(name))]
    if not regions:
        doubts.append("no-cases")
    elif _share(region, regions) < CASES_AGREE:
        doubts.append("cases-disagree")
    return doubts


def _supported_class(evidence: Evidence, region: str, probability: float) -> str | None:
    own = [name for name in CLASSES if region_of(name) == region]
    best = max(own, key=evidence.probabilities.__getitem__)
    near = [name for name in evidence.nearest if name in own]
    agreed = not near or _share(best, near) >= CASES_AGREE
    return best if agreed and evidence.probabilities[best] >= STATED_CLASS * probability else None


def _share(name: str, names: list[str]) -> float:
    return names.count(name) / len(names)
