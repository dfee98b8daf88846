"""From a query to the cases shown: ranked, near-duplicates folded, weak matches marked.

The app, the command line and every measurement of retrieval rank with ``Matcher``.
"""

from __future__ import annotations

from collections import Counter
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
from entdemo.locale import in_language
from entdemo.taxonomy import CLASSES, LABELS, findings_of, label_names, open_classes
from entdemo.text.findings import FindingIndex
from entdemo.text.query import Reading, read_query
from entdemo.text.terms import TermIndex, stems

CLASS_SHARE = 0.065
"""How much the class of a case counts beside its likeness to a frame: enough for near ties to go to
the more probable class, too little to hide what looks alike. Chosen on 420 drawn frames that no
recipe uses: MRR by class .9774 at .05, .9777 here, .9775 at .08."""

WORDS_SHARE = 0.25
"""How much the words of a description count beside its vector."""

_OPEN = np.array([[name in open_classes(label) for name in CLASSES] for label in LABELS])
"""[L, C] which classes a label leaves open; of a case whose class is not stated the most probable
of them counts."""
_ONE_CLASS = np.eye(len(LABELS), dtype=bool) & (_OPEN.sum(1) == 1)
_TOLD = _ONE_CLASS | ~(_OPEN.astype(int) @ _OPEN.T.astype(int)).astype(bool)
"""[L, L] whether two labels tell if they are of one class: the ear is a left ear or is not."""

_SPARE = 8
_SAMPLE = 256
_CAPTIONS = 64
"""Captions that are encoded to learn how near descriptions come to frames."""
_ENOUGH_WORDS = 0.5
"""A case that holds this share of a description's words is no weak match, however it looks."""

TextVectors = Callable[[Sequence[str]], Vectors]
"""[Q] descriptions -> [Q, D] float32 of length 1: where they are searched."""


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        vector: [D] float32 of length 1 in the joint space.
        weak_below: cosine below which a match is weak, unless it holds most words of the query.
        stems: what the words mean (see ``terms``); empty for a frame alone.
        denied: findings that the words deny (see ``text.findings``).
        words_share: how much the words count beside the vector, 0 to 1.
        probabilities: [C] of the classes, in taxonomy order; empty where they should not count.
        class_share: how much a case's class counts beside the vector, 0 to 1.
    """

    vector: Vectors
    weak_below: float
    stems: frozenset[str] = field(default=frozenset())
    denied: frozenset[str] = field(default=frozenset())
    words_share: float = 0.0
    probabilities: tuple[float, ...] = ()
    class_share: float = 0.0


@dataclass(frozen=True)
class Match:
    """A case that was found.

    Attributes:
        case: the case.
        similarity: cosine with the query; where words count, the weighted mean of the cosine and
            of the share of the query's words that the case holds, less 1 where it has a finding
            that they deny; where classes count, that of the cosine and of the probability of the
            case's class. -1 to 1.
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
    """Finds cases of one gallery; safe to use from several threads.

    Args:
        gallery: its vectors are those of the weights that encode the queries.
        text_vectors: encodes captions, to learn how near descriptions come to frames.
    """

    def __init__(self, gallery: Gallery, text_vectors: TextVectors) -> None:
        self.gallery = gallery
        self._text_vectors = text_vectors
        self._mask = lru_cache(maxsize=64)(self._masked)

    def prepare(self) -> None:
        """Make what the first questions would have to wait for."""
        if len(self.gallery.cases) < 2:  # nothing is measured on them
            return
        _ = self.weak_frame_below, self.weak_text_below, self._terms, self._findings_by_region
        _ = self._residuals.duplicate_above

    def held(self, region: str) -> int:
        """How many cases of a region the gallery holds."""
        return self._held[region]

    @cached_property
    def _held(self) -> Counter[str]:
        return Counter(case.region for case in self.gallery.cases)

    def frame_query(self, vector: Vectors, probabilities: Sequence[float]) -> Query:
        """A frame as a query.

        Args:
            vector: [D] float32 of length 1.
            probabilities: [C] calibrated, of the classes.
        """
        return Query(
            vector,
            self.weak_frame_below,
            probabilities=tuple(probabilities),
            class_share=CLASS_SHARE,
        )

    def text_query(self, text: str, vector: Vectors) -> Query:
        """A description as a query; ``vector`` is its [D] float32 of length 1."""
        reading = read_query(text)
        wanted = stems(reading.text)
        known = self._terms.known(wanted) or reading.denied & self.findings.known
        return Query(
            vector,
            self.weak_text_below,
            stems=wanted,
            denied=reading.denied,
            words_share=WORDS_SHARE if known else 0.0,
        )

    def absent(self, reading: Reading) -> tuple[str, ...]:
        """Findings that a description names and no case of its regions has.

        They are keys of ``finding_names``. Where its words stand for no region, all cases count.
        """
        if not reading.named:
            return ()
        by_region = self._findings_by_region
        known = (by_region.get(region, frozenset()) for region in reading.regions)
        held = frozenset[str]().union(*known) if reading.regions else self.findings.known
        return tuple(sorted(reading.named - held))

    def case_query(self, case_id: str) -> Query:
        """A case of the gallery as a query.

        Raises:
            UserError: there is no such case.
        """
        row = self.row(self.gallery.case(case_id))
        return Query(self.gallery.vectors[row], self.weak_frame_below)

    def row(self, case: Case) -> int:
        """The row of the gallery's vectors that is a case's."""
        return self._rows[case.case_id]

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
            found, is_all = self._ranked(query, wanted, where)
            groups = self._folded([hit for hit in found if self._kept(hit, where)])
            too_far = bool(found) and found[-1].score < where.min_similarity
            if len(groups) >= k or is_all or too_far:
                return tuple(_match(group, query) for group in groups[:k])
            wanted *= 2

    @cached_property
    def weak_frame_below(self) -> float:
        """Cosine below which two frames are rather of different classes, measured on the cases."""
        rows = spread(len(self.gallery.cases), _SAMPLE)
        cosines = self.gallery.vectors[rows] @ self.gallery.vectors.T
        cosines[np.arange(len(rows)), rows] = np.nan
        same, told = self._same(rows)
        known = ~np.isnan(cosines) & told
        return weak_below(cosines[known], same[known])

    @cached_property
    def weak_text_below(self) -> float:
        """Likewise for descriptions; captions of a sample of cases stand for them."""
        rows = [row for row, case in enumerate(self.gallery.cases) if _caption(case)]
        if not rows:
            return -1.0
        chosen = np.array(rows)[spread(len(rows), _CAPTIONS)]
        queries = self._text_vectors([_caption(self.gallery.cases[row]) for row in chosen])
        same, told = self._same(chosen)
        return weak_below((queries @ self.gallery.vectors.T)[told], same[told])

    @cached_property
    def _terms(self) -> TermIndex:
        """Words of each case: captions, finding and class in both languages."""
        return TermIndex([tuple(_texts(case)) for case in self.gallery.cases])

    @cached_property
    def findings(self) -> FindingIndex:
        """Findings that each case's texts say to be there."""
        return FindingIndex([tuple(_texts(case)) for case in self.gallery.cases])

    @cached_property
    def _findings_by_region(self) -> dict[str | None, frozenset[str]]:
        """What the cases of each region say to be there."""
        rows: dict[str | None, list[int]] = {}
        for row, case in enumerate(self.gallery.cases):
            rows.setdefault(case.region, []).append(row)
        return {region: self.findings.known_of(held) for region, held in rows.items()}

    @cached_property
    def _labels(self) -> Labels:
        return np.array([LABELS.index(case.class_name) for case in self.gallery.cases], np.int64)

    @cached_property
    def _residuals(self) -> Residuals:
        return Residuals(self.gallery.vectors, self._labels)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {case.case_id: row for row, case in enumerate(self.gallery.cases)}

    def _same(self, rows: Ids) -> tuple[Allowed, Allowed]:
        """[Q, N] whether cases are of one class, and whether their labels tell."""
        pairs = self._labels[rows][:, None], self._labels[None]
        return _ONE_CLASS[pairs], _TOLD[pairs]

    def _masked(self, where: CaseFilter) -> Allowed:
        return where.mask(self.gallery.cases)

    def _ranked(self, query: Query, k: int, where: CaseFilter) -> tuple[list[_Found], bool]:
        """The best rows, best first: k or fewer, and whether they are all that there are.

        The index knows cosines alone. Of what it finds, only those are returned that no row beyond
        could rank before, so that a case's rank does not depend on how many are asked for.
        """
        if not query.words_share and not where.narrows:
            rows, cosines = self.gallery.index.search(query.vector[None], k)
            found = self._best(query, k, rows[0], cosines[0], np.zeros(len(rows[0])))
            if len(found) == len(self.gallery.cases):
                return found, True
            beyond = (1 - query.class_share) * float(cosines[0, -1])
            beyond += query.class_share * max(query.probabilities, default=0.0)
            return [hit for hit in found if hit.score >= beyond], False
        among = np.flatnonzero(self._mask(replace(where, without=frozenset(), min_similarity=-1)))
        cosines = (self.gallery.vectors @ query.vector)[among]
        words = self._terms.coverage(query.stems)[among]
        words -= self.findings.held(query.denied)[among]
        return self._best(query, k, among, cosines, words), len(among) <= k

    def _best(
        self, query: Query, k: int, among: Ids, cosines: Vectors, words: NDArray[np.floating]
    ) -> list[_Found]:
        """Those k of the rows ``among`` whose cosine, words and class fit best."""
        scores = (1 - query.words_share) * cosines + query.words_share * words
        if query.probabilities:
            probable = (_OPEN * np.array(query.probabilities)).max(1)[self._labels[among]]
            scores = (1 - query.class_share) * scores + query.class_share * probable
        best = np.argsort(-scores, kind="stable")[:k]
        return [
            _Found(int(among[at]), float(scores[at]), float(cosines[at]), float(words[at]))
            for at in best
        ]

    def _kept(self, found: _Found, where: CaseFilter) -> bool:
        case = self.gallery.cases[found.row]
        return found.score >= where.min_similarity and case.case_id not in where.without

    def _folded(self, found: list[_Found]) -> list[list[tuple[_Found, Case]]]:
        """Groups of near-duplicates; a group stands where its best case does."""
        alike: dict[tuple[str, str], list[int]] = {}
        for place, hit in enumerate(found):
            case = self.gallery.cases[hit.row]
            alike.setdefault((case.class_name, case.finding), []).append(place)
        heads = list(range(len(found)))
        for places in alike.values():
            self._point_to_heads(heads, places, [found[place].row for place in places])
        groups: dict[int, list[tuple[_Found, Case]]] = {}
        for head, hit in zip(heads, found, strict=True):
            groups.setdefault(head, []).append((hit, self.gallery.cases[hit.row]))
        return list(groups.values())

    def _point_to_heads(self, heads: list[int], places: list[int], rows: list[int]) -> None:
        """Set the heads of places that hold cases of one class and finding, in order."""
        if len(places) == 1:
            return
        residuals = self._residuals.of(self.gallery.vectors[rows])
        near = residuals @ residuals.T > self._residuals.duplicate_above
        for number, place in enumerate(places):
            for before in np.flatnonzero(near[:number, number]).tolist():
                if heads[places[before]] == places[before]:
                    heads[place] = places[before]
                    break


def _match(group: list[tuple[_Found, Case]], query: Query) -> Match:
    (best, case), *others = group
    weak = best.cosine < query.weak_below and best.words < _ENOUGH_WORDS
    return Match(case, best.score, weak, tuple(other for _, other in others))


def _caption(case: Case) -> str:
    return in_language(case.caption_en, case.caption_vi, "en")


def _texts(case: Case) -> Iterator[str]:
    yield from (case.caption_en, case.caption_vi, case.finding)
    yield from label_names(case.class_name).values()
    for finding in findings_of(case.region):
        if finding.key == case.finding:
            yield from (finding.en, finding.vi)
