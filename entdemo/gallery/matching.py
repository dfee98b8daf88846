"""From a query to the cases shown: filtered, near-duplicates folded, weak matches marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entdemo.gallery.cases import Case
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.gallery.index import Allowed, Ids, Vectors
from entdemo.gallery.match_threshold import Labels, Residuals, spread, weak_below
from entdemo.gallery.store import Gallery
from entdemo.taxonomy import CLASS_NAMES, CLASSES, findings_of
from entdemo.text.terms import TermIndex

CLASS_SHARE = 0.02
"""How much the class of a case counts beside its likeness to a frame: enough for near ties to go to
the more probable class, too little to hide what looks alike. Chosen on validation frames."""

_SPARE = 8
_SAMPLE = 256
_ENOUGH_WORDS = 0.5
"""A case that holds this share of a description's words is no weak match, however it looks."""


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        vector: [D] float32 of length 1 in the joint space.
        weak_below: cosine below which a match is weak, unless it holds most words of the query.
        stems: what the words mean (see ``terms``); empty for a frame alone.
        words_share: how much the words count beside the vector, 0 to 1.
        probabilities: [C] of the classes, in taxonomy order; empty where they should not count.
        class_share: how much a case's class counts beside the vector, 0 to 1.
    """

    vector: Vectors
    weak_below: float
    stems: frozenset[str] = field(default=frozenset())
    words_share: float = 0.0
    probabilities: tuple[float, ...] = ()
    class_share: float = 0.0


@dataclass(frozen=True)
class Match:
    """A case that was found.

    Attributes:
        case: the case.
        similarity: cosine with the query; where words count, the weighted mean of the cosine and
            of the share of the query's words that the case holds; where classes count, that of
            the cosine and of the probability of the case's class. -1 to 1.
        weak: too far from the query to teach much about it.
        folded: near-duplicates of the case that were found as well, in order.
    """

    case: Case
    similarity: float
    weak: bool
    folded: tuple[Case, ...] = ()


class _Found(NamedTuple):
    row: int
    score: float
    cosine: float
    words: float


class Matcher:
    """Finds cases of one gallery; safe to use from several threads."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self._weak_text_below: float | None = None
        self._mask = lru_cache(maxsize=64)(self._masked)

    def near(self, query: Query, k: int, where: CaseFilter = EVERYTHING) -> tuple[Match, ...]:
        """The ``k`` cases that fit best, best first.

        Near-duplicates of class and finding alike are folded under the best of them and do not
        count, so fewer than ``k`` come back only where fewer are there.

        Args:
            query: what is looked for.
            k: how many cases.
            where: which may be found.
        """
        wanted = k + _SPARE
        while True:
            found = self._ranked(query, wanted, where)
            groups = self._folded([hit for hit in found if self._kept(hit, where)])
            if len(groups) >= k or len(found) < wanted:
                return tuple(_match(group, query) for group in groups[:k])
            wanted *= 2

    def vector(self, case_id: str) -> Vectors:
        """[D] float32, of a case.

        Raises:
            UserError: there is no such case.
        """
        vector: Vectors = self.gallery.vectors[self._rows[self.gallery.case(case_id).case_id]]
        return vector

    @cached_property
    def weak_frame_below(self) -> float:
        """Cosine below which two frames are rather of different classes, measured on the cases."""
        rows = spread(len(self.gallery.cases), _SAMPLE)
        cosines = self.gallery.vectors[rows] @ self.gallery.vectors.T
        cosines[np.arange(len(rows)), rows] = np.nan
        known = ~np.isnan(cosines)
        return weak_below(cosines[known], self._same(rows)[known])

    def weak_text_below(self, most: int, encode: Callable[[Sequence[str]], Vectors]) -> float:
        """Likewise for descriptions; captions stand for them.

        Args:
            most: how many captions to encode, once.
            encode: [Q] captions -> [Q, D] float32 queries of length 1.
        """
        if self._weak_text_below is None:
            self._weak_text_below = self._measured_for_text(most, encode)
        return self._weak_text_below

    def _measured_for_text(self, most: int, encode: Callable[[Sequence[str]], Vectors]) -> float:
        rows = [row for row, case in enumerate(self.gallery.cases) if _caption(case)]
        if not rows:
            return -1.0
        chosen = np.array(rows)[spread(len(rows), most)]
        queries = encode([_caption(self.gallery.cases[row]) for row in chosen])
        return weak_below(queries @ self.gallery.vectors.T, self._same(chosen))

    @cached_property
    def terms(self) -> TermIndex:
        """Words of each case: captions, finding and class in both languages."""
        return TermIndex([tuple(_texts(case)) for case in self.gallery.cases])

    @cached_property
    def _labels(self) -> Labels:
        return np.array([CLASSES.index(case.class_name) for case in self.gallery.cases], np.int64)

    @cached_property
    def _residuals(self) -> Residuals:
        return Residuals(self.gallery.vectors, self._labels)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {case.case_id: row for row, case in enumerate(self.gallery.cases)}

    def _same(self, rows: Ids) -> Allowed:
        same: Allowed = self._labels[rows][:, None] == self._labels[None]
        return same

    def _masked(self, where: CaseFilter) -> Allowed:
        return where.mask(self.gallery.cases)

    def _ranked(self, query: Query, k: int, where: CaseFilter) -> list[_Found]:
        """The k best rows, best first."""
        if not query.words_share and not where.narrows:
            hits = self.gallery.search(query.vector, k)[0]
            among = np.array([self._rows[hit.case.case_id] for hit in hits], np.int64)
            near = np.array([hit.similarity for hit in hits], np.float32)
            return self._best(query, k, among, near, np.zeros(len(hits)))
        among = np.flatnonzero(self._mask(replace(where, without="", min_similarity=-1.0)))
        cosines = (self.gallery.vectors @ query.vector)[among]
        words = self.terms.coverage(query.stems)[among]
        return self._best(query, k, among, cosines, words)

    def _best(
        self, query: Query, k: int, among: Ids, cosines: Vectors, words: NDArray[np.floating]
    ) -> list[_Found]:
        """Those of the rows ``among`` whose cosine, words and class fit best."""
        scores = (1 - query.words_share) * cosines + query.words_share * words
        if query.probabilities:
            probable = np.array(query.probabilities)[self._labels[among]]
            scores = (1 - query.class_share) * scores + query.class_share * probable
        best = np.argsort(-scores, kind="stable")[:k]
        return [
            _Found(int(among[at]), float(scores[at]), float(cosines[at]), float(words[at]))
            for at in best
        ]

    def _kept(self, found: _Found, where: CaseFilter) -> bool:
        case = self.gallery.cases[found.row]
        return found.score >= where.min_similarity and case.case_id != where.without

    def _folded(self, found: list[_Found]) -> list[list[tuple[_Found, Case]]]:
        """Groups of near-duplicates; a group stands where its best case does."""
        if not found:
            return []
        residuals = self._residuals.of(self.gallery.vectors[[hit.row for hit in found]])
        near = residuals @ residuals.T > self._residuals.duplicate_above
        groups: dict[int, list[tuple[_Found, Case]]] = {}
        for place, hit in enumerate(found):
            case = self.gallery.cases[hit.row]
            alike = (
                head
                for head in np.flatnonzero(near[:place, place]).tolist()
                if head in groups and _alike(groups[head][0][1], case)
            )
            groups.setdefault(next(alike, place), []).append((hit, case))
        return list(groups.values())


def _alike(one: Case, other: Case) -> bool:
    return (one.class_name, one.finding) == (other.class_name, other.finding)


def _match(group: list[tuple[_Found, Case]], query: Query) -> Match:
    (best, case), *others = group
    weak = best.cosine < query.weak_below and best.words < _ENOUGH_WORDS
    return Match(case, best.score, weak, tuple(other for _, other in others))


def _caption(case: Case) -> str:
    return case.caption_en or case.caption_vi


def _texts(case: Case) -> Iterator[str]:
    yield from (case.caption_en, case.caption_vi, case.finding)
    yield from CLASS_NAMES[case.class_name].values()
    for finding in findings_of(case.region):
        if finding.key == case.finding:
            yield from (finding.en, finding.vi)
