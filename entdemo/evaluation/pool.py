"""The frames of a data set as cases, searched as the app searches a gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.data.dataset import Item
from entdemo.evaluation.encode import EncodedItems
from entdemo.evaluation.labels import class_labels, group_numbers, numbers
from entdemo.evaluation.retrieval import NO_LABEL
from entdemo.gallery.cases import Case
from entdemo.gallery.index import HnswIndex, Vectors
from entdemo.gallery.matching import Matcher, Query
from entdemo.gallery.store import Gallery
from entdemo.inference.encoder import Encoder

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """N frames whose class is known, each a query and a case.

    Attributes:
        items: the frames.
        matcher: searches them; the id of a case is its row.
        frame_queries: each frame as a query.
        copies: int64 [N]; equal where frames have the same pixels.
        groups: int64 [N]; equal where frames are of one examination.
    """

    items: list[Item]
    matcher: Matcher
    frame_queries: list[Query]
    copies: Ints
    groups: Ints


def pool_of(encoder: Encoder, encoded: EncodedItems) -> Pool:
    """The frames of a data set whose class is known, ready to be searched."""
    known = np.flatnonzero(class_labels(encoded.items) != NO_LABEL)
    items = [encoded.items[index] for index in known]
    vectors = encoded.frames.vectors[known]
    matcher = matcher_of([_case(row, item) for row, item in enumerate(items)], vectors, encoder)
    seen = zip(vectors, encoded.frames.probabilities[known].tolist(), strict=True)
    return Pool(
        items=items,
        matcher=matcher,
        frame_queries=[matcher.frame_query(*one) for one in seen],
        copies=numbers(encoded.digests)[known],
        groups=group_numbers(encoded)[known],
    )


def matcher_of(cases: Sequence[Case], vectors: Vectors, encoder: Encoder) -> Matcher:
    """A matcher over cases in memory.

    Args:
        cases: N cases.
        vectors: [N, D] float32 of length 1.
        encoder: encodes descriptions.
    """
    info, preprocess = encoder.bundle.info, encoder.bundle.preprocess
    gallery = Gallery(
        encoder.bundle.folder, tuple(cases), vectors, info.embedder_id, preprocess.hash,
        index=HnswIndex.build(vectors),
    )  # fmt: skip
    return Matcher(gallery, lambda texts: encoder.texts(texts).vectors)


def _case(row: int, item: Item) -> Case:
    return Case(
        str(row), str(item.file), item.class_name or "", item.finding, item.caption_en,
        item.caption_vi, group=item.group,
    )  # fmt: skip
