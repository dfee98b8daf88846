"""One typed class around model and gallery: frame or text in, plain dataclasses out.

torch and what needs it are imported where they are used: the page is built and served before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from entdemo.errors import QueryError, UserError
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.gallery.matching import Match, Matcher, Query
from entdemo.gallery.store import Gallery, Progress
from entdemo.image.frame import Frame, FrameSource, load_frame
from entdemo.inference.findings import FindingReader, curves_of
from entdemo.inference.prediction import Explanation, Neighbour, Prediction
from entdemo.inference.verdict import FIRST_CASES
from entdemo.settings import Settings, read_settings
from entdemo.taxonomy import CLASSES
from entdemo.text.letters import unreadable_letter
from entdemo.text.query import read_query

if TYPE_CHECKING:
    import torch

    from entdemo.bundle.weights import Bundle
    from entdemo.inference.encoder import Encoded
    from entdemo.inference.engine import Engine

log = logging.getLogger("entdemo.predictor")

MAX_TEXT = 1_000
"""Longest description in characters."""


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
        self.engine = engine
        self.notice = notice
        self.matcher = Matcher(gallery, engine.text_vectors)
        self._findings = FindingReader(curves_of(bundle.info.embedder_id), engine.text_embeddings)

    @classmethod
    def open(
        cls,
        weights: str | Path | None = None,
        gallery: str | Path | None = None,
        device: str | None = None,
        precision: str | None = None,
        progress: Progress | None = None,
    ) -> Predictor:
        """Load weights and gallery; what is not given is as the environment sets it.

        Args:
            weights: a folder, or a Hub repo as ``owner/name@revision``.
            gallery: a folder; if other weights made its vectors, they are computed once and kept
                in the user's data folder.
            device: ``auto``, ``cuda``, ``mps`` or ``cpu``.
            precision: ``auto``, which is measured on a CPU, ``fp32``, ``bf16``, ``fp16`` on a GPU,
                or ``int8`` on a CPU.
            progress: told how many of the gallery's frames have their vectors, while some are
                computed.

        Raises:
            UserError: whatever is missing or broken, named.
        """
        settings = read_settings(Settings)
        from entdemo.bundle.hub import open_weights
        from entdemo.inference.device import pick_device
        from entdemo.inference.engine import Engine
        from entdemo.inference.fastest import serving_runtime

        chosen = pick_device(device or settings.device)
        bundle, notice = open_weights(str(weights or settings.weights))
        runtime = serving_runtime(bundle, chosen, precision or settings.precision)
        engine = Engine(bundle, chosen, *runtime)
        opened = Gallery.open(gallery or settings.gallery, embedder_of(bundle, engine), progress)
        return cls(bundle, opened, engine, notice)

    @property
    def embedder(self) -> Embedder:
        """What makes the vectors of the gallery's frames."""
        return embedder_of(self.bundle, self.engine)

    @property
    def device(self) -> str:
        """Name of the device for people."""
        from entdemo.inference.device import device_name

        return device_name(self.engine.device)

    @property
    def precision(self) -> str:
        """In what frames are encoded: fp32, bf16, fp16 or int8."""
        return self.engine.precision

    @property
    def library(self) -> str:
        """What encodes frames: torch or onnxruntime."""
        return self.engine.library

    @property
    def bundle_name(self) -> str:
        """Name of the weights."""
        return self.bundle.info.name

    @property
    def bundle_id(self) -> str:
        """Name of the weights that changes with any of their files."""
        return self.bundle.info.embedder_id

    @property
    def gallery(self) -> Gallery:
        """What is searched; it may be replaced at any time.

        The one before answers until the new one is ready to.
        """
        return self.matcher.gallery

    @gallery.setter
    def gallery(self, gallery: Gallery) -> None:
        matcher = Matcher(gallery, self.engine.text_vectors)
        matcher.prepare()
        self.matcher = matcher

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
        query = self._frame_query(encoded)
        return self._answer(encoded, query, query, k, where, clock)

    def classes(self, frames: Sequence[Frame]) -> tuple[Prediction, ...]:
        """Class of each of some frames; cases and findings are not looked for."""
        refused_above = self.bundle.info.ood.threshold
        with ThreadPoolExecutor(max(1, len(frames))) as pool:  # those that wait go as one batch
            encoded = list(pool.map(self.engine.frame, frames))
        return tuple(Prediction.of(it, (), {}, refused_above) for it in encoded)

    def search(self, text: str, k: int = 12, where: CaseFilter = EVERYTHING) -> Prediction:
        """Class of a description, English or Vietnamese, and the ``k`` cases that fit it best.

        Raises:
            UserError: see ``check_text``.
        """
        check_text(text)
        clock = _Clock()
        encoded = self.engine.text(text)
        clock.lap("encode")
        query = self.matcher.text_query(text, encoded.vector)
        found = self._with(text, self._answer(encoded, query, query, k, where, clock))
        if not found.judgement.both_sides or where.classes:
            return found
        return replace(found, neighbours=self._of_both_sides(query, k, where, found.region))

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
        described = self.engine.text(text)
        words = self.matcher.text_query(text, described.vector)
        seen = self._frame_query(encoded)
        found = self._answer(encoded, seen, _between(seen, words, share), k, where, clock)
        # Whether the frame can be answered stands, whatever the words are about.
        return self._with(text, replace(found, about=described.about))

    def similar(
        self, case_id: str, k: int = 12, where: CaseFilter = EVERYTHING
    ) -> tuple[Neighbour, ...]:
        """The ``k`` cases nearest to a case of the gallery, itself left out.

        Raises:
            UserError: there is no such case.
        """
        others = replace(where, without=where.without | {case_id})
        return self._near(self.matcher.case_query(case_id), k, others)

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

    def _frame_query(self, encoded: Encoded) -> Query:
        return self.matcher.frame_query(encoded.vector, encoded.probabilities)

    def _answer(
        self,
        encoded: Encoded,
        asked: Query,
        query: Query,
        k: int,
        where: CaseFilter,
        clock: _Clock,
    ) -> Prediction:
        """The answer, judged by the cases near ``asked``, with the cases near ``query``."""
        neighbours = self._near(query, k, where)
        everything = CaseFilter(without=where.without)
        shown = asked is query and where == everything and k >= FIRST_CASES
        nearest = neighbours if shown else self._near(asked, FIRST_CASES, everything)
        clock.lap("search")
        refused_above = self.bundle.info.ood.threshold
        prediction = Prediction.of(encoded, neighbours, clock.timings, refused_above)
        # Of a region with fewer cases no more can be asked to agree.
        first = min(FIRST_CASES, self.matcher.held(prediction.region))
        classes = tuple(near.class_name for near in nearest[:first])
        prediction = replace(prediction, nearest=classes)
        kind = "frame" if encoded.gates else "text"
        if kind == "frame" and prediction.in_distribution:
            told = self._findings.read(encoded.vector, prediction.region)
            prediction = replace(prediction, findings=told)
        log.info("%s %s %.0f ms", kind, prediction.judgement.grade, clock.timings["total"])
        return prediction

    def _of_both_sides(
        self, query: Query, k: int, where: CaseFilter, region: str
    ) -> tuple[Neighbour, ...]:
        """As many cases of either side, the right one first where ``k`` is odd; best first."""
        found: list[Neighbour] = []
        for side, count in (("right", k - k // 2), ("left", k // 2)):
            of_side = replace(where, classes=frozenset({f"{region}-{side}"}))
            found += self._near(query, count, of_side)
        return tuple(sorted(found, key=lambda near: -near.similarity))

    def _with(self, text: str, found: Prediction) -> Prediction:
        """The answer with what was read from the description."""
        reading = read_query(text)
        return replace(found, reading=reading, absent_findings=self.matcher.absent(reading))

    def _near(self, query: Query, k: int, where: CaseFilter) -> tuple[Neighbour, ...]:
        return tuple(_neighbour(match) for match in self.matcher.near(query, k, where))


_STRETCH = 0.7
"""Power of the share that a description has in a query of both."""


def _between(seen: Query, words: Query, share: float) -> Query:
    """A query between that of a frame (share 0) and that of a description (share 1).

    Frames lie nearer to each other than to descriptions, so the walk is stretched: at a share of .5
    both move the answer (``benchmarks.added_words``).
    """
    import torch

    from entdemo.model.slerp import slerp

    share = share**_STRETCH
    start, end = (torch.from_numpy(query.vector.copy()) for query in (seen, words))
    return Query(
        slerp(start, end, share).numpy(),
        weak_below=(1 - share) * seen.weak_below + share * words.weak_below,
        stems=words.stems,
        denied=words.denied,
        words_share=share * words.words_share,
        probabilities=seen.probabilities,
        class_share=(1 - share) * seen.class_share,
    )


def check_text(text: str) -> None:
    """Refuse an empty or endless description, and one with characters that are no text.

    Raises:
        UserError: saying which.
    """
    if not text.strip():
        raise QueryError("text.empty")
    if len(text) > MAX_TEXT:
        raise QueryError("text.too_long", length=len(text), limit=MAX_TEXT)
    letter = unreadable_letter(text)
    if letter is not None:
        raise QueryError("text.unreadable", letter=letter)


def frame_embedder(bundle: Bundle, device: torch.device, precision: str | None = None) -> Embedder:
    """What makes a gallery's vectors with the weights of a bundle.

    Args:
        bundle: loaded weights.
        device: where to compute.
        precision: as in ``Predictor.open``; by default what the settings say.

    Raises:
        UserError: the precision cannot be had on the device.
    """
    from entdemo.inference.engine import Engine
    from entdemo.inference.fastest import serving_runtime

    wanted = precision or read_settings(Settings).precision
    return embedder_of(bundle, Engine(bundle, device, *serving_runtime(bundle, device, wanted)))


def embedder_of(bundle: Bundle, engine: Engine) -> Embedder:
    """What makes a gallery's vectors with an engine of a bundle."""
    dim = bundle.model.shape.embed_dim
    return Embedder(engine.embed, bundle.info.embedder_id, bundle.preprocess.hash, dim)


class _Clock:
    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = round((now - self._last) * 1e3, 2)
        self.timings["total"] = round((now - self._start) * 1e3, 2)
        self._last = now


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
