"""Examples of retrieval: one query a class, and what is found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.bundle.weights import Bundle
from entdemo.data.dataset import Item
from entdemo.evaluation.encode import EncodedItems, encode_texts
from entdemo.taxonomy import CLASSES

_ANSWERS = 5


@dataclass(frozen=True)
class Example:
    """A search.

    Attributes:
        query: the frame that is, or that the text describes.
        text: empty where the frame itself is the query.
        answers: nearest frames, the query and its copies left out.
    """

    query: Item
    text: str
    answers: list[Item]


def frame_examples(encoded: EncodedItems) -> list[Example]:
    """The first frame of each class as a query."""
    chosen = _first_of_each_class(encoded.items)
    return [_example(encoded, index, "", encoded.frames.embeddings[index]) for index in chosen]


def text_examples(bundle: Bundle, encoded: EncodedItems) -> list[Example]:
    """The first caption of each class as a query, English and Vietnamese taking turns."""
    items = [item if _caption(item, 0) else None for item in encoded.items]
    chosen = _first_of_each_class(items)
    if not chosen:
        return []
    texts = [_caption(encoded.items[index], turn) for turn, index in enumerate(chosen)]
    queries = encode_texts(bundle, texts).queries
    triples = zip(chosen, texts, queries, strict=True)
    return [_example(encoded, index, text, query) for index, text, query in triples]


def _caption(item: Item, turn: int) -> str:
    if turn % 2:
        return item.caption_vi or item.caption_en
    return item.caption_en or item.caption_vi


def _first_of_each_class(items: Sequence[Item | None]) -> list[int]:
    """Indices, in the order of the classes."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        if item and item.class_name:
            first.setdefault(item.class_name, index)
    return [first[name] for name in CLASSES if name in first]


def _example(encoded: EncodedItems, index: int, text: str, query: NDArray[np.float32]) -> Example:
    cosine = encoded.frames.embeddings @ query
    own = encoded.digests[index]
    nearest = [
        encoded.items[other]
        for other in np.argsort(-cosine, kind="stable")
        if encoded.digests[other] != own and encoded.items[other].class_name
    ]
    return Example(encoded.items[index], text, nearest[:_ANSWERS])
