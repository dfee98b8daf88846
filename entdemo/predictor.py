"""One typed class around model and gallery: frame or text in, plain dataclasses out.

torch and what needs it are imported where they are used: the page is built and served before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from entdemo.errors import QueryError, UserError
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.gallery.matching import CLASS_SHARE, Match, Matcher, Query
from entdemo.gallery.store import Gallery
from entdemo.image.frame import Frame, FrameSource, load_frame
from entdemo.settings import Settings, read_settings
from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.text.terms import stems

if TYPE_CHECKING:
    import torch

    from entdemo.bundle.weights import Bundle
    from entdemo.inference.engine import Encoded, Engine

log = logging.getLogger("entdemo.predictor")

Verdict = Literal["clear", "unsure", "not-endoscopy"]

UNSURE_BELOW = 0.6
"""Below this calibrated probability the answer names the alternatives instead of one class."""

MAX_TEXT = 1_000
"""Longest description in characters."""

_WORDS_SHARE = 0.25
"""How much the words of a description count beside its vector; see ``gallery.matching``."""

_CAPTIONS = 64
"""Captions that are encoded to learn how near descriptions come to frames."""


@dataclass(frozen=True)
class Neighbour:
    """A gallery case near a query.

    Attributes:
        similarity: cosine of query and case, -1 to 1, to which a frame's probability of the
            case's class adds a little (``CLASS_SHARE``); where the query holds words, the mean of
            that and of the share of those words that the case's texts hold.
        weak: the case is too far from the query to say much about it.
        folded: ids of near-duplicates that this case stands for.
    """

    case_id: str
    similarity: float
    class_name: str
    finding: str
    caption_en: str
    caption_vi: str
    file: str
    weak: bool = False
    folded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """Answer to one frame or one description.

    Attributes:
        class_name: the most probable of the seven classes.
        region: its region.
        probabilities: calibrated probability of each class, in taxonomy order; they sum to 1.
        in_distribution: False where the query does not look like an endoscopy frame.
        neighbours: nearest cases, most similar first.
        timings_ms: stage name to milliseconds.
        gates: weight of each fused depth (frames only), sums to 1.
        text_cut: the description was longer than the text tower reads; its end did not count.
    """

    class_name: str
    region: str
    probabilities: dict[str, float]
    in_distribution: bool
    neighbours: tuple[Neighbour, ...]
    timings_ms: dict[str, float]
    gates: tuple[float, ...] = ()
    text_cut: bool = False

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Classes with at least a fifth of the best one's probability, most probable first."""
        ranked = sorted(self.probabilities, key=self.probabilities.__getitem__, reverse=True)
        floor = self.probabilities[ranked[0]] / 5
        return tuple(name for name in ranked if self.probabilities[name] >= floor)

    @property
    def verdict(self) -> Verdict:
        """How to word the answer."""
        if not self.in_distribution:
            return "not-endoscopy"
        return "unsure" if self.probabilities[self.class_name] < UNSURE_BELOW else "clear"


@dataclass(frozen=True)
class Explanation:
    """What an answer to a frame rested on; no localisation of a finding.

    Attributes:
        class_name: the class that is explained, the most probable one.
        relevance: [g, g] float32, 0 to 1, over the frame's ``square_bounds``.
        gates: weight of each fused depth, sums to 1.
        levels: the block after which each of them was taken.
        blocks: how many blocks there are.
    """

    class_name: str
    relevance: NDArray[np.float32]
    gates: tuple[float, ...]
    levels: tuple[int, ...]
    blocks: int


class Predictor:
    """Class and similar cases for a frame or a description.

    It holds no state of a query, so one instance serves all visitors and threads.

    Args:
        bundle: loaded weights.
        gallery: cases whose vectors those weights made.
        engine: computes with those weights; it is public for what is built on vectors.
        notice: why the shipped weights serve in place of those asked for, if they do.
    """

    def __init__(
        self,
        bundle: Bundle,
        gallery: Gallery,
        engine: Engine,
        notice: UserError | None = None,
    ) -> None:
        self.bundle = bundle
        self.gallery = gallery
        self.engine = engine
        self.notice = notice
        self._matcher = Matcher(gallery)

    @classmethod
    def open(
        cls,
        weights: str | Path | None = None,
        gallery: str | Path | None = None,
        device: str | None = None,
        precision: str | None = None,
    ) -> Predictor:
        """Load weights and gallery; what is not given is as the environment sets it.

        Args:
            weights: a folder, or a Hub repo as ``owner/name@revision``.
            gallery: a folder; if other weights made its vectors, they are computed anew.
            device: ``auto``, ``cuda``, ``mps`` or ``cpu``.
            precision: ``auto``, ``fp32``, ``bf16``, or ``fp16`` on a GPU.

        Raises:
            UserError: whatever is missing or broken, named.
        """
        settings = read_settings(Settings)
        from entdemo.bundle.hub import open_weights
        from entdemo.inference.device import pick_device, pick_precision
        from entdemo.inference.engine import Engine

        chosen = pick_device(device or settings.device)
        dtype = pick_precision(chosen, precision or settings.precision)
        bundle, notice = open_weights(str(weights or settings.weights))
        engine = Engine(bundle, chosen, dtype)
        opened = Gallery.open(
            gallery or settings.gallery,
            embedder_id=bundle.info.embedder_id,
            preprocess_hash=bundle.preprocess.hash,
            embed=engine.embed,
        )
        return cls(bundle, opened, engine, notice)

    @property
    def device(self) -> str:
        """Name of the device for people."""
        from entdemo.inference.device import device_name

        return device_name(self.engine.device)

    @property
    def precision(self) -> str:
        """Precision of the network's towers: fp32, bf16 or fp16."""
        from entdemo.inference.device import precision_name

        return precision_name(self.engine.dtype)

    @property
    def bundle_name(self) -> str:
        """Name of the weights."""
        return self.bundle.info.name

    @property
    def bundle_id(self) -> str:
        """Name of the weights that changes with any of their files."""
        return self.bundle.info.embedder_id

    @property
    def matcher(self) -> Matcher:
        """What finds cases; made anew when the gallery was replaced."""
        matcher = self._matcher
        if matcher.gallery is not self.gallery:
            matcher = self._matcher = Matcher(self.gallery)
        return matcher

    def predict(
        self, frame: FrameSource, k: int = 12, where: CaseFilter = EVERYTHING
    ) -> Prediction:
        """Class of a frame and its ``k`` nearest cases among those that ``where`` allows.

        Args:
            frame: anything that ``load_frame`` takes.
            k: how many cases.
            where: which cases may be found.

        Raises:
            UserError: the frame is no picture that can be used.
        """
        picture = load_frame(frame)
        clock = _Clock()
        encoded = self._encoded(picture, clock)
        neighbours = self._near(self._frame_query(encoded), k, where)
        clock.lap("search")
        return _prediction(
            encoded, neighbours, clock.timings, in_distribution=self._is_known(encoded)
        )

    def search(self, text: str, k: int = 12, where: CaseFilter = EVERYTHING) -> Prediction:
        """Class of a description, English or Vietnamese, and the ``k`` cases that fit it best.

        Raises:
            UserError: the description is empty or too long.
        """
        check_text(text)
        clock = _Clock()
        encoded = self.engine.text(text)
        clock.lap("encode")
        neighbours = self._near(self._text_query(text, encoded), k, where)
        clock.lap("search")
        return _prediction(encoded, neighbours, clock.timings)

    def combine(
        self,
        frame: FrameSource,
        text: str,
        share: float = 0.5,
        k: int = 12,
        where: CaseFilter = EVERYTHING,
    ) -> Prediction:
        """Class of a frame, and cases like it that also fit a description.

        The query walks by slerp from the frame to the description, and the description's words
        count the more the further it goes: share 0 finds what ``predict`` finds, and share 1 what
        ``search`` finds.

        Args:
            frame: anything that ``load_frame`` takes.
            text: what else should be seen, English or Vietnamese.
            share: how much the description counts, 0 to 1.
            k: how many cases.
            where: which cases may be found.

        Raises:
            UserError: the frame is no picture that can be used, the description is empty or too
                long, or the share out of range.
        """
        check_text(text)
        if not 0 <= share <= 1:
            raise QueryError("predict.share", value=share)
        picture = load_frame(frame)
        clock = _Clock()
        encoded = self._encoded(picture, clock)
        words = self._text_query(text, self.engine.text(text))
        seen = self._frame_query(encoded)
        query = Query(
            _walk(seen.vector, words.vector, share),
            weak_below=(1 - share) * seen.weak_below + share * words.weak_below,
            stems=words.stems,
            words_share=share * words.words_share,
            probabilities=seen.probabilities,
            class_share=(1 - share) * seen.class_share,
        )
        neighbours = self._near(query, k, where)
        clock.lap("search")
        return _prediction(
            encoded, neighbours, clock.timings, in_distribution=self._is_known(encoded)
        )

    def similar(
        self, case_id: str, k: int = 12, where: CaseFilter = EVERYTHING
    ) -> tuple[Neighbour, ...]:
        """The ``k`` cases nearest to a case of the gallery, itself left out.

        Raises:
            UserError: there is no such case.
        """
        query = Query(self.matcher.vector(case_id), self.matcher.weak_frame_below)
        return self._near(query, k, replace(where, without=case_id))

    def explain(self, frame: FrameSource) -> Explanation:
        """Where the network's attention rested when it named the frame's class, and at which depth.

        Method: ``model.relevance``. It costs about two more passes through the network.
        """
        picture = load_frame(frame)
        encoded = self.engine.frame(picture)
        label = int(np.argmax(encoded.probabilities))
        model = self.bundle.model
        return Explanation(
            CLASSES[label],
            self.engine.relevance(picture, label),
            encoded.gates,
            model.config.levels,
            model.shape.layers,
        )

    def _encoded(self, frame: Frame, clock: _Clock) -> Encoded:
        square = self.engine.prepare(frame)
        clock.lap("preprocess")
        encoded = self.engine.frame(frame, square)
        clock.lap("encode")
        return encoded

    def _is_known(self, encoded: Encoded) -> bool:
        return encoded.distance <= self.bundle.info.ood.threshold

    def _frame_query(self, encoded: Encoded) -> Query:
        return Query(
            encoded.embedding,
            self.matcher.weak_frame_below,
            probabilities=encoded.probabilities,
            class_share=CLASS_SHARE,
        )

    def _text_query(self, text: str, encoded: Encoded) -> Query:
        wanted = stems(text)
        known = bool(self.matcher.terms.known(wanted))
        return Query(
            self._towards_class(encoded),
            self._weak_text_below(),
            stems=wanted,
            words_share=_WORDS_SHARE if known else 0.0,
        )

    def _weak_text_below(self) -> float:
        """How near descriptions come to frames of their class, from a sample of captions."""
        return self.matcher.weak_text_below(_CAPTIONS, self._caption_queries)

    def _caption_queries(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """[Q] captions -> [Q, D] float32, as queries."""
        return np.stack([self._towards_class(self.engine.text(text)) for text in captions])

    def _towards_class(self, encoded: Encoded) -> NDArray[np.float32]:
        """[D] query of a description, see ``FusionHead.text_query``."""
        import torch

        embedding = torch.from_numpy(encoded.embedding.copy())[None]
        with torch.inference_mode():
            head = self.bundle.model.head
            named = torch.tensor([encoded.probabilities], device=head.class_weight.device)
            query: NDArray[np.float32] = (
                head.text_query(embedding.to(named), named)[0].cpu().numpy()
            )
        return query

    def _near(self, query: Query, k: int, where: CaseFilter) -> tuple[Neighbour, ...]:
        return tuple(_neighbour(match) for match in self.matcher.near(query, k, where))


def _walk(
    start: NDArray[np.float32], end: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """slerp of [D] float32 unit vectors."""
    import torch

    from entdemo.model.slerp import slerp

    walked: NDArray[np.float32] = slerp(
        torch.from_numpy(start.copy()), torch.from_numpy(end.copy()), share
    ).numpy()
    return walked


def check_text(text: str) -> None:
    """Refuse an empty or endless description.

    Raises:
        UserError: saying which.
    """
    if not text.strip():
        raise QueryError("text.empty")
    if len(text) > MAX_TEXT:
        raise QueryError("text.too_long", length=len(text), limit=MAX_TEXT)


def frame_embedder(
    bundle: Bundle, device: torch.device, precision: str = "auto"
) -> Callable[[list[Frame]], NDArray[np.float32]]:
    """A function from frames to float32 [N, D] unit vectors, as galleries take it.

    Raises:
        UserError: the precision cannot be had on the device.
    """
    from entdemo.inference.device import pick_precision
    from entdemo.inference.engine import Engine

    return Engine(bundle, device, pick_precision(device, precision)).embed


class _Clock:
    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = round((now - self._last) * 1e3, 2)
        self.timings["total"] = round((now - self._start) * 1e3, 2)
        self._last = now


def _prediction(
    encoded: Encoded,
    neighbours: tuple[Neighbour, ...],
    timings: dict[str, float],
    *,
    in_distribution: bool = True,
) -> Prediction:
    named = dict(zip(CLASSES, encoded.probabilities, strict=True))
    class_name = max(named, key=named.__getitem__)
    prediction = Prediction(
        class_name=class_name,
        region=likeliest_region(named),
        probabilities=named,
        in_distribution=in_distribution,
        neighbours=neighbours,
        timings_ms=timings,
        gates=encoded.gates,
        text_cut=encoded.cut,
    )
    kind = "frame" if encoded.gates else "text"
    log.info("%s %s %.0f ms", kind, prediction.verdict, timings["total"])
    return prediction


def likeliest_region(probabilities: dict[str, float]) -> str:
    """The region whose classes together are the most probable."""
    totals = dict.fromkeys(REGIONS, 0.0)
    for name, value in probabilities.items():
        totals[region_of(name)] += value
    return max(totals, key=totals.__getitem__)


def _neighbour(match: Match) -> Neighbour:
    case = match.case
    return Neighbour(
        case_id=case.case_id,
        similarity=round(float(match.similarity), 4),
        class_name=case.class_name,
        finding=case.finding,
        caption_en=case.caption_en,
        caption_vi=case.caption_vi,
        file=str(Path(case.file)),
        weak=match.weak,
        folded=tuple(other.case_id for other in match.folded),
    )
