"""Frames and texts through a network, in batches.

``encode_squares`` and ``encode_texts`` give what the network gives, for training, which has no
calibration yet. ``Encoder`` gives what is stated of a frame or a text and where it is searched; all
that answers or measures uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.bundle.weights import Bundle
from entdemo.image.frame import Frame
from entdemo.inference.calibration import (
    REGION_MEMBERS,
    Calibrated,
    Distances,
    calibrate,
    distances_of,
    mirrored_mean,
)
from entdemo.inference.device import use_cores
from entdemo.inference.frame_graph import FrameGraph
from entdemo.inference.serving import prepare_for_serving
from entdemo.inference.turning import quarter_turns, side_certainty
from entdemo.inference.verdict import STATED_CLASS
from entdemo.model.base import Tokenize
from entdemo.model.network import EncodedFrames, EntClip
from entdemo.model.preprocess import Preprocess, resized
from entdemo.text.query import Reading, read_query

Square = NDArray[np.uint8]
Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Told how many of how many items are done."""

BATCH = 32


class EncodedTexts(NamedTuple):
    """Texts in the joint space.

    Attributes:
        embedding: [B, D] float32, unit vectors.
        cut: [B] bool, whether a text was longer than the text tower reads.
    """

    embedding: Tensor
    cut: Tensor


@torch.no_grad()
def encode_squares(
    model: EntClip, preprocess: Preprocess, squares: Square, graph: FrameGraph | None = None
) -> EncodedFrames:
    """Encode uint8 [N, S0, S0, 3], N at least 1; other sides than the network's are resized.

    Results stay on the model's device. A graph of the network, if one is given, computes in its
    place.
    """
    encode = graph or model.encode_frames
    parts = []
    for start in range(0, len(squares), BATCH):
        fitted = resized(squares[start : start + BATCH], preprocess.image_size)
        parts.append(encode(preprocess.tensor(fitted).to(device_of(model))))
    return EncodedFrames(*(torch.cat(column) for column in zip(*parts, strict=True)))


@torch.no_grad()
def encode_texts(model: EntClip, tokenize: Tokenize, texts: Sequence[str]) -> EncodedTexts:
    """Encode N texts, N at least 1; results stay on the model's device."""
    tokens = tokenize(list(texts)).to(device_of(model))
    parts = [model.encode_texts(part) for part in torch.split(tokens, BATCH)]
    return EncodedTexts(torch.cat(parts), tokens[:, -1] != 0)


def device_of(model: EntClip) -> torch.device:
    """Where a network computes."""
    return model.head.prototypes.device


@dataclass(frozen=True)
class Encoded:
    """What is stated of one frame or one description.

    Attributes:
        vector: [D] float32 of length 1 in the joint space, where cases are searched; it is shared
            and must not be changed.
        probabilities: calibrated probability of each class, in taxonomy order; they sum to 1.
        regions: likewise of each region.
        gates: weights of the fused depths, which sum to 1; empty for a description.
        distance: how strange a frame is, see ``model.ood.suspicion``; 0 for a description.
        unlikeness: above 1 where a frame is unlike the known ones, see ``calibration.Calibrated``.
        turned: how surely a side is read from a quarter turn of the frame, see
            ``inference.turning``; 0 where the frame itself tells none.
        cut: the description was longer than the text tower reads.
        about: whether the description is about ear, nose and throat endoscopy.
    """

    vector: Vectors
    probabilities: tuple[float, ...]
    regions: tuple[float, ...]
    gates: tuple[float, ...] = ()
    distance: float = 0.0
    unlikeness: float = 0.0
    turned: float = 0.0
    cut: bool = False
    about: bool = True


@dataclass(frozen=True)
class EncodedBatch:
    """What is stated of N frames or N texts; ``Encoded`` has the fields of each.

    Attributes:
        vectors: float32 [N, D], unit vectors.
        probabilities: float64 [N, C].
        regions: float64 [N, R].
        gates: float32 [N, L]; L is 0 for texts.
        distances: float64 [N].
        unlikeness: float64 [N].
        turned: float64 [N], 0 for texts.
        cut: bool [N].
        about: bool [N], True for frames.
    """

    vectors: Vectors
    probabilities: Floats
    regions: Floats
    gates: NDArray[np.float32]
    distances: Floats
    unlikeness: Floats
    turned: Floats
    cut: NDArray[np.bool_]
    about: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.vectors)

    def split(self) -> list[Encoded]:
        """Each frame or text alone."""
        return [
            Encoded(
                vector.copy(), tuple(classes), tuple(regions), tuple(gates), far, unlike, turned,
                cut, about
            )
            for vector, classes, regions, gates, far, unlike, turned, cut, about in zip(
                self.vectors, self.probabilities.tolist(), self.regions.tolist(),
                self.gates.tolist(), self.distances.tolist(), self.unlikeness.tolist(),
                self.turned.tolist(), self.cut.tolist(), self.about.tolist(), strict=True,
            )
        ]  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence[EncodedBatch]) -> EncodedBatch:
        """Batches, at least one, as one."""
        return cls(
            *(
                np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            )
        )


class Encoder:
    """Frames and texts to calibrated answers, as a bundle's network stands.

    Args:
        bundle: loaded weights; it computes where their network is.
        graph: encodes frames in the network's place.
    """

    def __init__(self, bundle: Bundle, graph: FrameGraph | None = None) -> None:
        self.bundle = bundle
        self._graph = graph

    @classmethod
    def for_serving(
        cls,
        bundle: Bundle,
        device: torch.device,
        dtype: torch.dtype,
        graph: FrameGraph | None = None,
    ) -> Encoder:
        """Rewrite a bundle's network for inference, in place, and move it to a device.

        Args:
            bundle: see ``inference.serving`` for what is rewritten.
            device: where to compute.
            dtype: precision of the towers.
            graph: of ``inference.fastest``, if it serves.
        """
        use_cores()
        prepare_for_serving(bundle.model, dtype)
        bundle.model.to(device)
        return cls(bundle, graph)

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        return device_of(self.bundle.model)

    def square(self, frame: Frame) -> Square:
        """The frame as the network takes it, uint8 [S, S, 3]."""
        return frame.square(self.bundle.preprocess.image_size)

    def squares(self, frames: Sequence[Frame]) -> Square:
        """Frames, at least one, as the network takes them, uint8 [N, S, S, 3]."""
        return np.stack([self.square(frame) for frame in frames])

    @torch.inference_mode()
    def frames(self, squares: Square) -> EncodedBatch:
        """Encode uint8 [N, S, S, 3], N at least 1.

        What is stated is the mean over a frame and its mirror image, see
        ``calibration.mirrored_mean``. Vectors and gates are of the frame alone: a mirror image lies
        where the frames of the other side lie. Frames that tell a side are asked again, turned.
        """
        model, n = self.bundle.model, len(squares)
        both = np.concatenate([squares, squares[:, :, ::-1]])
        encoded = encode_squares(model, self.bundle.preprocess, both, self._graph)
        stated = mirrored_mean(self._stated(encoded.embedding, distances_of(model, encoded)))
        turned = self._turned(squares, stated)
        cut, about = np.zeros(n, bool), np.ones(n, bool)
        gates = _array(encoded.gates[:n])
        return _batch(encoded.embedding[:n], stated, gates, turned, cut, about)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> EncodedBatch:
        """Encode N texts, N at least 1; their vectors are those of ``FusionHead.text_query``.

        What the words tell by rule corrects the probabilities, see ``text.query``.
        """
        readings = [read_query(text) for text in texts]
        mended = [reading.text for reading in readings]
        encoded = encode_texts(self.bundle.model, self.bundle.tokenize, mended)
        stated, about = _judged(self._stated(encoded.embedding), readings)
        head = self.bundle.model.head
        vectors = head.text_query(encoded.embedding, stated.probabilities.to(encoded.embedding))
        no_gates = np.zeros((len(texts), 0), np.float32)
        cut = encoded.cut.cpu().numpy()
        return _batch(vectors, stated, no_gates, np.zeros(len(texts)), cut, about)

    @torch.inference_mode()
    def text_embeddings(self, texts: Sequence[str]) -> Vectors:
        """Vectors of N texts as the text tower gives them, float32 [N, D] of length 1."""
        return _array(encode_texts(self.bundle.model, self.bundle.tokenize, texts).embedding)

    @torch.inference_mode()
    def embeddings(self, squares: Square) -> Vectors:
        """Vectors alone of uint8 [N, S, S, 3], float32 [N, D] of length 1."""
        model, preprocess = self.bundle.model, self.bundle.preprocess
        return _array(encode_squares(model, preprocess, squares, self._graph).embedding)

    def _turned(self, squares: Square, stated: Calibrated) -> Floats:
        regions = stated.regions.argmax(dim=1)
        told = side_certainty(stated.probabilities, regions) >= STATED_CLASS
        turned = torch.zeros(len(squares), dtype=torch.float64)
        if told.any():
            model, preprocess = self.bundle.model, self.bundle.preprocess
            turns = quarter_turns(squares[told.numpy()])
            encoded = encode_squares(model, preprocess, turns, self._graph)
            said = self._stated(encoded.embedding, distances_of(model, encoded)).probabilities
            certainty = side_certainty(said, regions[told].repeat(2))
            turned[told] = certainty.unflatten(0, (2, -1)).amax(dim=0)
        return turned.numpy()

    def _stated(self, embedding: Tensor, distances: Distances | None = None) -> Calibrated:
        head = self.bundle.model.head
        logits = head.class_logits(embedding, head.prototypes)
        return calibrate(logits, self.bundle.info.calibration, distances)


def _judged(
    stated: Calibrated, readings: Sequence[Reading]
) -> tuple[Calibrated, NDArray[np.bool_]]:
    """What is stated of texts in the light of their words, and whether they are about this."""
    rows = stated.probabilities.tolist()
    judged = [reading.judge(row) for reading, row in zip(readings, rows, strict=True)]
    probabilities = torch.tensor([it.probabilities for it in judged], dtype=torch.float64)
    about = np.array([it.about for it in judged])
    regions = probabilities @ REGION_MEMBERS
    return stated._replace(probabilities=probabilities, regions=regions), about


def _batch(
    vectors: Tensor,
    stated: Calibrated,
    gates: NDArray[np.float32],
    turned: Floats,
    cut: NDArray[np.bool_],
    about: NDArray[np.bool_],
) -> EncodedBatch:
    return EncodedBatch(
        vectors=_array(vectors),
        probabilities=stated.probabilities.numpy(),
        regions=stated.regions.numpy(),
        gates=gates,
        distances=stated.distances.numpy(),
        unlikeness=stated.unlikeness.numpy(),
        turned=turned,
        cut=cut,
        about=about,
    )


def _array(tensor: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.float().cpu().numpy()
    return array
