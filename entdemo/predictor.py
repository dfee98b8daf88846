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
from torch import Tensor
from torch.nn import functional

from entdemo.device import device_name, pick_device
from entdemo.errors import UserError
from entdemo.frame import Frame
from entdemo.gallery.store import Gallery, Hit
from entdemo.hub import open_weights
from entdemo.model.network import EncodedFrames
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

_BATCH = 32


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
        device: where to compute.
        notice: why the shipped weights serve in place of those asked for, if they do.
    """

    def __init__(
        self,
        bundle: Bundle,
        gallery: Gallery,
        device: torch.device,
        notice: UserError | None = None,
    ) -> None:
        self.bundle = bundle
        self.gallery = gallery
        self.notice = notice
        self._device = device
        self._model = bundle.model.to(device)

    @classmethod
    def open(cls, weights: str, gallery: str, device: str = "auto") -> Predictor:
        """Load weights and gallery.

        Args:
            weights: a folder, or a Hub repo as ``owner/name@revision``.
            gallery: a folder; if other weights made its vectors, they are computed anew.
            device: ``auto``, ``cuda``, ``mps`` or ``cpu``.

        Raises:
            UserError: whatever is missing or broken, named.
        """
        chosen = pick_device(device)
        bundle, notice = open_weights(weights)
        embed = frame_embedder(bundle, chosen)
        opened = Gallery.open(
            gallery,
            embedder_id=bundle.info.embedder_id,
            preprocess_hash=bundle.preprocess.hash,
            embed=embed,
        )
        return cls(bundle, opened, chosen, notice)

    @property
    def device(self) -> str:
        """Name of the device for people."""
        return device_name(self._device)

    @property
    def bundle_name(self) -> str:
        """Name of the weights."""
        return self.bundle.info.name

    def predict(self, frame: Frame, k: int = 12) -> Prediction:
        """Class of a frame and its ``k`` nearest cases."""
        clock = _Clock()
        pixels = frame_pixels(self.bundle, [frame]).to(self._device)
        clock.lap("preprocess")
        with torch.inference_mode():
            encoded = self._model.encode_frames(pixels)
            distance = float(self._model.ood(encoded.features)[0])
            probabilities = self._probabilities(
                encoded.embedding, self.bundle.info.calibration.frame_temperature
            )
        clock.lap("encode")
        neighbours = self._nearest(encoded.embedding, k)
        clock.lap("search")
        return _prediction(
            probabilities,
            neighbours,
            clock.timings,
            in_distribution=distance <= self.bundle.info.ood.threshold,
            gates=tuple(encoded.gates[0].tolist()),
        )

    def search(self, text: str, k: int = 12) -> Prediction:
        """Class of a description, English or Vietnamese, and its ``k`` nearest cases.

        Raises:
            UserError: the description is empty or too long.
        """
        check_text(text)
        clock = _Clock()
        with torch.inference_mode():
            tokens = self.bundle.tokenize([text]).to(self._device)
            embedding = self._model.encode_texts(tokens)
            probabilities = self._probabilities(
                embedding, self.bundle.info.calibration.text_temperature
            )
            query = self._towards_class(embedding, probabilities)
        clock.lap("encode")
        neighbours = self._nearest(query, k)
        clock.lap("search")
        filled = bool(tokens[0, -1] != 0)
        return _prediction(probabilities, neighbours, clock.timings, text_cut=filled)

    def similar(self, case_id: str, k: int = 12) -> tuple[Neighbour, ...]:
        """The ``k`` cases nearest to a case of the gallery, itself left out.

        Raises:
            UserError: there is no such case.
        """
        case = self.gallery.case(case_id)
        row = self.gallery.cases.index(case)
        hits = self.gallery.search(self.gallery.vectors[row : row + 1], k + 1)[0]
        return tuple(_neighbour(hit) for hit in hits if hit.case.case_id != case_id)[:k]

    def embed_frames(self, frames: list[Frame]) -> NDArray[np.float32]:
        """Vectors of frames, float32 [N, D] of length 1."""
        return frame_embedder(self.bundle, self._device)(frames)

    def _probabilities(self, embedding: Tensor, temperature: float) -> list[float]:
        head = self._model.head
        logits = head.class_logits(embedding, head.prototypes)[0]
        probabilities: list[float] = (logits / temperature).softmax(dim=-1).tolist()
        return probabilities

    def _towards_class(self, embedding: Tensor, probabilities: list[float]) -> Tensor:
        """[1, D] text embedding -> [1, D] unit vector nearer to frames of the classes it names."""
        weights = functional.normalize(self._model.head.class_weight, dim=-1)
        shares = torch.tensor([probabilities], device=weights.device)
        return slerp(embedding, functional.normalize(shares @ weights, dim=-1), _CLASS_PULL)

    def _nearest(self, embedding: Tensor, k: int) -> tuple[Neighbour, ...]:
        hits = self.gallery.search(embedding.cpu().numpy(), k)[0]
        return tuple(_neighbour(hit) for hit in hits)


def check_text(text: str) -> None:
    """Refuse an empty or endless description.

    Raises:
        UserError: saying which.
    """
    if not text.strip():
        raise UserError("text.empty")
    if len(text) > MAX_TEXT:
        raise UserError("text.too_long", length=len(text), limit=MAX_TEXT)


def frame_pixels(bundle: Bundle, frames: list[Frame]) -> Tensor:
    """Network input of frames, float32 [N, 3, S, S]."""
    size = bundle.preprocess.image_size
    return bundle.preprocess.tensor(np.stack([frame.square(size) for frame in frames]))


def frame_embedder(
    bundle: Bundle, device: torch.device
) -> Callable[[list[Frame]], NDArray[np.float32]]:
    """A function from frames to float32 [N, D] unit vectors, as galleries take it."""
    model = bundle.model.to(device)

    def embed(frames: list[Frame]) -> NDArray[np.float32]:
        parts: list[NDArray[np.float32]] = []
        for start in range(0, len(frames), _BATCH):
            pixels = frame_pixels(bundle, frames[start : start + _BATCH]).to(device)
            with torch.inference_mode():
                encoded: EncodedFrames = model.encode_frames(pixels)
            parts.append(encoded.embedding.cpu().numpy())
        return np.concatenate(parts)

    return embed


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
    probabilities: list[float],
    neighbours: tuple[Neighbour, ...],
    timings: dict[str, float],
    *,
    in_distribution: bool = True,
    gates: tuple[float, ...] = (),
    text_cut: bool = False,
) -> Prediction:
    named = dict(zip(CLASSES, probabilities, strict=True))
    class_name = max(named, key=named.__getitem__)
    return Prediction(
        class_name=class_name,
        region=likeliest_region(named),
        probabilities=named,
        in_distribution=in_distribution,
        neighbours=neighbours,
        timings_ms=timings,
        gates=gates,
        text_cut=text_cut,
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
