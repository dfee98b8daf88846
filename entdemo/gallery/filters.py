"""Which cases may be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from entdemo.errors import QueryError
from entdemo.gallery.cases import Case
from entdemo.gallery.index import Allowed
from entdemo.taxonomy import LABELS, REGIONS

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CaseFilter:
    """What a case must be to be found; an empty set leaves that open.

    Attributes:
        regions: some of ``taxonomy.REGIONS``.
        classes: some of ``taxonomy.LABELS``, as cases state them: the ear without a side is asked
            for by ``ear``, and is no left ear.
        findings: findings as cases have them, or ``region/finding`` where one region is meant.
        sources: where cases come from, as written in the gallery.
        without: ids of cases that are not to be found, such as the one that is asked with.
        min_similarity: matches below it are left out, -1 to 1; it is the one condition that may
            leave fewer cases than asked for while others would be there.

    Raises:
        UserError: an unknown region or class, or a similarity out of range.
    """

    regions: frozenset[str] = field(default=_NONE)
    classes: frozenset[str] = field(default=_NONE)
    findings: frozenset[str] = field(default=_NONE)
    sources: frozenset[str] = field(default=_NONE)
    without: frozenset[str] = field(default=_NONE)
    min_similarity: float = -1.0

    def __post_init__(self) -> None:
        _check(self.regions, REGIONS)
        _check(self.classes, LABELS)
        if not -1 <= self.min_similarity <= 1:
            raise QueryError("filter.similarity", value=self.min_similarity)

    @property
    def narrows(self) -> bool:
        """Whether it says anything of what a case is, similarity and ``without`` apart."""
        return bool(self.regions or self.classes or self.findings or self.sources)

    def allows(self, case: Case) -> bool:
        """Whether a case may be found, similarity apart."""
        return (
            (not self.regions or case.region in self.regions)
            and (not self.classes or case.class_name in self.classes)
            and (not self.findings or not self.findings.isdisjoint(finding_keys(case)))
            and (not self.sources or case.source in self.sources)
        )

    def mask(self, cases: Sequence[Case]) -> Allowed:
        """[N] bool: which cases may be found, similarity apart."""
        return np.fromiter((self.allows(case) for case in cases), bool, len(cases))


def finding_keys(case: Case) -> tuple[str, str]:
    """Both names under which a filter may ask for a case's finding."""
    return case.finding, f"{case.region}/{case.finding}"


def _check(chosen: frozenset[str], known: tuple[str, ...]) -> None:
    for name in sorted(chosen - set(known)):
        raise QueryError("filter.unknown", value=name, known=", ".join(known))


EVERYTHING = CaseFilter()
