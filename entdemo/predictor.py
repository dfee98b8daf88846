"""One typed class around model and gallery: frame or text in, plain dataclasses out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from entdemo.device import device_name, pick_device, pick_precision, precision_name
from entdemo.engine import Encoded, Engine
from entdemo.errors import UserError
from entdemo.frame import Frame
from entdemo.gallery.store import Gallery, Hit
from entdemo.hub import open_weights
from entdemo.model.slerp import slerp
from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.weights import Bundle

Verdict = Literal["clear", "unsure", "not-endoscopy"]

UNSURE_BELOW = 0.6
"""Below this calibrated probability the answer names the alternatives instead of one class."""

MAX_TEXT = 1_000
"""Longest description in characters."""

_CLASS_PULL = 0.3
"""How far the query of a description walks by slerp to the class that it names. Captions and
frames lie apart in the joint space; without it a case of the other side may come first."""


@dataclass(frozen=True)
class Neighbour:
    """A gallery case near a query; ``similarity`` is the cosine, -1 to 1."""

    case_id: str
    similarity: float
    class_name: str
    finding: str
    caption_en: str
    caption_vi: str
    file: str


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

    @classmethod
    def open(
        cls, weights: str, gallery: str, device: str = "auto", precision: str = "auto"
    ) -> Predictor:
        """Load weights and gallery.

        Args:
            weights: a folder, or a Hub repo as ``owner/name@revision``.
            gallery: a folder; if other weights made its vectors, they are computed anew.
            device: ``auto``, ``cuda``, ``mps`` or ``cpu``.
            precision: ``auto``, ``fp32``, ``bf16``, or ``fp16`` on a GPU.

        Raises:
            UserError: whatever is missing or broken, named.
        """
        chosen = pick_device(device)
        dtype = pick_precision(chosen, precision)
        bundle, notice = open_weights(weights)
        engine = Engine(bundle, chosen, dtype)
        opened = Gallery.open(
            gallery,
            embedder_id=bundle.info.embedder_id,
            preprocess_hash=bundle.preprocess.hash,
            embed=engine.embed,
        )
        return cls(bundle, opened, engine, notice)

    @property
    def device(self) -> str:
        """Name of the device for people."""
        return device_name(self.engine.device)

    @property
    def precision(self) -> str:
        """Precision of the network's towers: fp32, bf16 or fp16."""
        return precision_name(self.engine.dtype)

    @property
    def bundle_name(self) -> str:
        """Name of the weights."""
        return self.bundle.info.name

    def predict(self, frame: Frame, k: int = 12) -> Prediction:
        """Class of a frame and its ``k`` nearest cases."""
        clock = _Clock()
        square = self.engine.prepare(frame)
        clock.lap("preprocess")
        encoded = self.engine.frame(frame, square)
        clock.lap("encode")
        neighbours = self._nearest(encoded.embedding, k)
        clock.lap("search")
        return _prediction(
            encoded,
            neighbours,
            clock.timings,
            in_distribution=encoded.distance <= self.bundle.info.ood.threshold,
        )

    def search(self, text: str, k: int = 12) -> Prediction:
        """Class of a description, English or Vietnamese, and its ``k`` nearest cases.

        Raises:
            UserError: the description is empty or too long.
        """
        check_text(text)
        clock = _Clock()
        encoded = self.engine.text(text)
        query = self._towards_class(encoded)
        clock.lap("encode")
        neighbours = self._nearest(query, k)
        clock.lap("search")
        return _prediction(encoded, neighbours, clock.timings)

    def similar(self, case_id: str, k: int = 12) -> tuple[Neighbour, ...]:
        """The ``k`` cases nearest to a case of the gallery, itself left out.

        Raises:
            UserError: there is no such case.
        """
        case = self.gallery.case(case_id)
        row = self.gallery.cases.index(case)
        hits = self.gallery.search(self.gallery.vectors[row : row + 1], k + 1)[0]
        return tuple(_neighbour(hit) for hit in hits if hit.case.case_id != case_id)[:k]

    def _towards_class(self, encoded: Encoded) -> NDArray[np.float32]:
        """[D] embedding of a text -> [D] unit vector nearer to frames of the classes it names."""
        weights = functional.normalize(self.bundle.model.head.class_weight.cpu(), dim=-1)
        named = functional.normalize(torch.tensor(encoded.probabilities) @ weights, dim=-1)
        query: NDArray[np.float32] = slerp(
            torch.from_numpy(encoded.embedding), named, _CLASS_PULL
        ).numpy()
        return query

    def _nearest(self, query: NDArray[np.float32], k: int) -> tuple[Neighbour, ...]:
        return tuple(_neighbour(hit) for hit in self.gallery.search(query, k)[0])


def check_text(text: str) -> None:
    """Refuse an empty or endless description.

    Raises:
        UserError: saying which.
    """
    if not text.strip():
        raise UserError("text.empty")
    if len(text) > MAX_TEXT:
        raise UserError("text.too_long", length=len(text), limit=MAX_TEXT)


def frame_embedder(
    bundle: Bundle, device: torch.device, precision: str = "auto"
) -> Callable[[list[Frame]], NDArray[np.float32]]:
    """A function from frames to float32 [N, D] unit vectors, as galleries take it.

    Raises:
        UserError: the precision cannot be had on the device.
    """
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
    return Prediction(
        class_name=class_name,
        region=likeliest_region(named),
        probabilities=named,
        in_distribution=in_distribution,
        neighbours=neighbours,
        timings_ms=timings,
        gates=encoded.gates,
        text_cut=encoded.cut,
    )


def likeliest_region(probabilities: dict[str, float]) -> str:
    """The region whose classes together are the most probable."""
    totals = dict.fromkeys(REGIONS, 0.0)
    for name, value in probabilities.items():
        totals[region_of(name)] += value
    return max(totals, key=totals.__getitem__)


def _neighbour(hit: Hit) -> Neighbour:
    case = hit.case
    return Neighbour(
        case_id=case.case_id,
        similarity=round(float(hit.similarity), 4),
        class_name=case.class_name,
        finding=case.finding,
        caption_en=case.caption_en,
        caption_vi=case.caption_vi,
        file=str(Path(case.file)),
    )
