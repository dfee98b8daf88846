"""A data set's pictures through the encoder that serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entdemo.data.dataset import Item
from entdemo.errors import DataError, UserError
from entdemo.image.frame import Frame, load_frame
from entdemo.inference.encoder import BATCH, EncodedBatch, Encoder, Progress
from entdemo.storage.skipped import Skipped


@dataclass(frozen=True)
class EncodedItems:
    """The readable items of a data set.

    Attributes:
        items: N items.
        digests: of their pixels; copies of a frame share one.
        frames: what is stated of them, in the same order.
        skipped: those that could not be read.
    """

    items: list[Item]
    digests: list[str]
    frames: EncodedBatch
    skipped: list[Skipped]


def encode_items(
    encoder: Encoder, items: Sequence[Item], progress: Progress | None = None
) -> EncodedItems:
    """Read and encode pictures in batches; only one batch is in memory.

    Args:
        encoder: of the weights.
        items: to read.
        progress: told after each batch.

    Raises:
        UserError: if no picture can be read.
    """
    kept: list[Item] = []
    digests: list[str] = []
    parts: list[EncodedBatch] = []
    skipped: list[Skipped] = []
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        read = readable(batch, skipped)
        if read:
            kept += [item for item, _ in read]
            digests += [frame.digest for _, frame in read]
            parts.append(encoder.frames(encoder.squares([frame for _, frame in read])))
        if progress:
            progress(start + len(batch), len(items))
    if not parts:
        raise none_readable(skipped)
    return EncodedItems(kept, digests, EncodedBatch.joined(parts), skipped)


def readable(items: Sequence[Item], skipped: list[Skipped]) -> list[tuple[Item, Frame]]:
    """Items with their frames; those whose pictures cannot be read are added to ``skipped``."""
    read = []
    for item in items:
        try:
            read.append((item, load_frame(item.file)))
        except UserError as error:
            skipped.append(Skipped(item.name, error))
    return read


def none_readable(skipped: Sequence[Skipped]) -> DataError:
    """That no picture can be read."""
    first = skipped[0]
    return DataError(
        "evaluation.no_frames", count=len(skipped), name=first.name, reason=first.reason
    )
