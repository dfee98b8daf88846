"""Examples of retrieval: one query a class, and what is found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entdemo.data.dataset import Item
from entdemo.evaluation.pool import Pool
from entdemo.evaluation.retrieval import without
from entdemo.gallery.matching import Query
from entdemo.inference.encoder import Encoder
from entdemo.locale import LANGUAGES, in_language
from entdemo.taxonomy import CLASSES

_ANSWERS = 5


@dataclass(frozen=True)
class Example:
    """A search.

    Attributes:
        query: the frame that is, or that the text describes.
        text: empty where the frame itself is the query.
        answers: the first cases, the query and its copies left out.
    """

    query: Item
    text: str
    answers: list[Item]


def frame_examples(pool: Pool) -> list[Example]:
    """The first frame of each class as a query."""
    chosen = _first_of_each_class(pool.items)
    return [_example(pool, row, "", pool.frame_queries[row]) for row in chosen]


def text_examples(encoder: Encoder, pool: Pool) -> list[Example]:
    """The first caption of each class as a query, English and Vietnamese taking turns."""
    chosen = _first_of_each_class([item if _caption(item, 0) else None for item in pool.items])
    if not chosen:
        return []
    texts = [_caption(pool.items[row], turn) for turn, row in enumerate(chosen)]
    described = zip(chosen, texts, encoder.texts(texts).vectors, strict=True)
    return [
        _example(pool, row, text, pool.matcher.text_query(text, vector))
        for row, text, vector in described
    ]


def _caption(item: Item, turn: int) -> str:
    return in_language(item.caption_en, item.caption_vi, LANGUAGES[turn % 2])


def _first_of_each_class(items: Sequence[Item | None]) -> list[int]:
    """Rows, in the order of the classes."""
    first: dict[str, int] = {}
    for row, item in enumerate(items):
        if item and item.class_name:
            first.setdefault(item.class_name, row)
    return [first[name] for name in CLASSES if name in first]


def _example(pool: Pool, row: int, text: str, query: Query) -> Example:
    others = without(pool.matcher, pool.copies == pool.copies[row])
    found = pool.matcher.near(query, _ANSWERS, others)
    answers = [pool.items[pool.matcher.row(match.case)] for match in found]
    return Example(pool.items[row], text, answers)
