"""Frames and texts through a bundle's encoder, into plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.bundle.weights import Bundle
from entdemo.data.dataset import Item
from entdemo.data.skipped import Skipped
from entdemo.errors import DataError, UserError
from entdemo.image.frame import Frame, load_frame
from entdemo.inference.calibration import calibrate

Progress = Callable[[int, int], None]
"""Told how many of how many items are done."""

_BATCH = 32


@dataclass(frozen=True)
class Encoded:
    """What a bundle says about N frames or texts.

    Attributes:
        embeddings: float32 [N, D], unit vectors.
        probabilities: float64 [N, C], calibrated, in the order of ``taxonomy.CLASSES``.
    """

    embeddings: NDArray[np.float32]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True)
class EncodedFrames(Encoded):
    """Also ``distances``, float32 [N], the out-of-distribution score ``model.ood.suspicion``."""

    distances: NDArray[np.float32]


@dataclass(frozen=True)
class EncodedTexts(Encoded):
    """Also ``queries``, float32 [N, D], unit vectors: where the app searches for frames."""

    queries: NDArray[np.float32]


@dataclass(frozen=True)
class EncodedItems:
    """The readable items of a data set.

    Attributes:
        items: N items.
        digests: of their pixels; copies of a frame share one.
        frames: their encodings, in the same order.
        skipped: those that could not be read.
    """

    items: list[Item]
    digests: list[str]
    frames: EncodedFrames
    skipped: list[Skipped]


EncodeSquares = Callable[[Bundle, NDArray[np.uint8]], EncodedFrames]
"""See ``encode_squares`` and ``flip.encode_both_ways``."""


def encode_items(
    bundle: Bundle,
    items: Sequence[Item],
    progress: Progress | None = None,
    encode: EncodeSquares | None = None,
) -> EncodedItems:
    """Read and encode pictures in batches; only one batch is in memory.

    Args:
        bundle: loaded weights.
        items: to read.
        progress: told after each batch.
        encode: in place of ``encode_squares``.

    Raises:
        UserError: if no picture can be read.
    """
    kept: list[Item] = []
    digests: list[str] = []
    parts: list[EncodedFrames] = []
    skipped: list[Skipped] = []
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        frames = [_read(item, skipped) for item in batch]
        read = [(item, frame) for item, frame in zip(batch, frames, strict=True) if frame]
        if read:
            kept += [item for item, _ in read]
            digests += [frame.digest for _, frame in read]
            squares = squares_of(bundle, [frame for _, frame in read])
            parts.append((encode or encode_squares)(bundle, squares))
        if progress:
            progress(start + len(batch), len(items))
    if not parts:
        first = skipped[0]
        raise DataError(
            "evaluation.no_frames", count=len(skipped), name=first.name, reason=first.reason
        )
    return EncodedItems(kept, digests, joined(parts), skipped)


def _read(item: Item, skipped: list[Skipped]) -> Frame | None:
    try:
        return load_frame(item.file)
    except UserError as error:
        skipped.append(Skipped(item.name, error))
        return None


def squares_of(bundle: Bundle, frames: Sequence[Frame]) -> NDArray[np.uint8]:
    """Frames as the network sees them, uint8 [N, S, S, 3]."""
    return np.stack([frame.square(bundle.preprocess.image_size) for frame in frames])


@torch.inference_mode()
def encode_squares(bundle: Bundle, squares: NDArray[np.uint8]) -> EncodedFrames:
    """Encode uint8 [N, S, S, 3], N at least 1."""
    parts = []
    for start in range(0, len(squares), _BATCH):
        pixels = bundle.preprocess.tensor(squares[start : start + _BATCH]).to(_device(bundle))
        encoded = bundle.model.encode_frames(pixels)
        stated = calibrate(
            _logits(bundle, encoded.embedding),
            bundle.info.calibration,
            bundle.model.ood(encoded.features),
        )
        probabilities, distances = stated.probabilities.numpy(), _array(stated.distances)
        parts.append(EncodedFrames(_array(encoded.embedding), probabilities, distances))
    return joined(parts)


@torch.inference_mode()
def encode_texts(
    bundle: Bundle, texts: Sequence[str], progress: Progress | None = None
) -> EncodedTexts:
    """Encode N texts, N at least 1."""
    parts: list[EncodedTexts] = []
    for start in range(0, len(texts), _BATCH):
        batch = list(texts[start : start + _BATCH])
        embedding = bundle.model.encode_texts(bundle.tokenize(batch).to(_device(bundle)))
        probabilities = calibrate(_logits(bundle, embedding), bundle.info.calibration).probabilities
        queries = bundle.model.head.text_query(embedding, probabilities.to(embedding))
        parts.append(EncodedTexts(_array(embedding), probabilities.numpy(), _array(queries)))
        if progress:
            progress(start + len(batch), len(texts))
    return EncodedTexts(
        np.concatenate([part.embeddings for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.queries for part in parts]),
    )


def joined(parts: Sequence[EncodedFrames]) -> EncodedFrames:
    """Batches, at least one, as one."""
    return EncodedFrames(
        np.concatenate([part.embeddings for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.distances for part in parts]),
    )


def _logits(bundle: Bundle, embedding: Tensor) -> Tensor:
    head = bundle.model.head
    return head.class_logits(embedding, head.prototypes)


def _array(tensor: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.float().cpu().numpy()
    return array


def _device(bundle: Bundle) -> torch.device:
    return next(bundle.model.parameters()).device
