"""Which searches a data set can answer, and how well they are answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from entdemo.evaluation.bootstrap import mean_interval
from entdemo.evaluation.labels import class_labels, numbers
from entdemo.evaluation.pool import Pool
from entdemo.evaluation.report import IMAGE, TEXT, RetrievalFigures
from entdemo.evaluation.retrieval import NO_LABEL, first_hits
from entdemo.gallery.matching import Query
from entdemo.inference.encoder import Encoder

Ints = NDArray[np.int64]
_Found = dict[str, RetrievalFigures | None]

IMAGE_FINDING = "frame to frame: class and finding"
IMAGE_ELSEWHERE = "frame to frame: class, other examinations"
TEXT_ENGLISH = f"{TEXT}, English"
TEXT_VIETNAMESE = f"{TEXT}, Vietnamese"
TEXT_FINDING = "text to frame: class and finding"


def search_all(encoder: Encoder, pool: Pool) -> dict[str, RetrievalFigures]:
    """Figures of every search that the data allow, by a name for people.

    With a single class every answer would be right, so nothing is measured.

    Args:
        encoder: encodes the captions.
        pool: frames to search.
    """
    if len({item.class_name for item in pool.items}) < 2:
        return {}
    found = _frame_searches(pool) | _text_searches(encoder, pool)
    return {name: figures for name, figures in found.items() if figures}


def _frame_searches(pool: Pool) -> _Found:
    every, classes = np.arange(len(pool.items)), class_labels(pool.items)
    found = {
        IMAGE: _search(pool, pool.frame_queries, every, classes, pool.copies),
        IMAGE_FINDING: _search(pool, pool.frame_queries, every, _findings(pool), pool.copies),
    }
    if any(item.group for item in pool.items):
        found[IMAGE_ELSEWHERE] = _search(pool, pool.frame_queries, every, classes, pool.groups)
    return found


def _findings(pool: Pool) -> Ints:
    pairs = numbers([(item.class_name, item.finding) for item in pool.items])
    return np.where([bool(item.finding) for item in pool.items], pairs, NO_LABEL).astype(np.int64)


def _text_searches(encoder: Encoder, pool: Pool) -> _Found:
    english = [index for index, item in enumerate(pool.items) if item.caption_en]
    vietnamese = [index for index, item in enumerate(pool.items) if item.caption_vi]
    texts = [pool.items[index].caption_en for index in english]
    texts += [pool.items[index].caption_vi for index in vietnamese]
    if not texts:
        return {}
    described = zip(texts, encoder.texts(texts).vectors, strict=True)
    queries = [pool.matcher.text_query(text, vector) for text, vector in described]
    owners, split = np.array(english + vietnamese, np.int64), len(english)
    parts = {TEXT: slice(None), TEXT_ENGLISH: slice(split), TEXT_VIETNAMESE: slice(split, None)}
    classes = class_labels(pool.items)
    found = {
        name: _search(pool, queries[part], owners[part], classes, pool.copies)
        for name, part in parts.items()
    }
    found[TEXT_FINDING] = _search(pool, queries, owners, _findings(pool), pool.copies)
    return found


def _search(
    pool: Pool, queries: Sequence[Query], sources: Ints, labels: Ints, left_out: Ints
) -> RetrievalFigures | None:
    """Search the pool.

    Args:
        pool: N frames.
        queries: Q queries.
        sources: int64 [Q], the frame that each query is or describes.
        labels: int64 [N], equal for hits.
        left_out: int64 [N]; frames that share the source's number are no candidates.

    Returns:
        None if no query has a possible hit.
    """
    ranks = first_hits(pool.matcher, queries, labels[sources], left_out[sources], labels, left_out)
    if not len(ranks.queries):
        return None
    groups = pool.groups[sources[ranks.queries]]
    first, reciprocal = ranks.recall_at(1), ranks.reciprocal
    return RetrievalFigures(
        queries=len(ranks.queries),
        recall_1=float(first.mean()),
        recall_5=float(ranks.recall_at(5).mean()),
        mrr=float(reciprocal.mean()),
        recall_1_ci95=mean_interval(first, groups),
        mrr_ci95=mean_interval(reciprocal, groups),
    )
