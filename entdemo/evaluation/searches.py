"""Which searches a data set can answer, and how well they are answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entdemo.bundle.weights import Bundle
from entdemo.data.dataset import Item
from entdemo.evaluation.bootstrap import mean_interval
from entdemo.evaluation.encode import EncodedItems, encode_texts
from entdemo.evaluation.labels import class_labels, numbers
from entdemo.evaluation.report import IMAGE, TEXT, RetrievalFigures
from entdemo.evaluation.retrieval import NO_LABEL, first_hits
from entdemo.gallery.matching import CLASS_SHARE
from entdemo.taxonomy import CLASSES

Ints = NDArray[np.int64]
_Found = dict[str, RetrievalFigures | None]

IMAGE_FINDING = "frame to frame: class and finding"
IMAGE_ELSEWHERE = "frame to frame: class, other examinations"
TEXT_ENGLISH = f"{TEXT}, English"
TEXT_VIETNAMESE = f"{TEXT}, Vietnamese"
TEXT_FINDING = "text to frame: class and finding"


@dataclass(frozen=True)
class _Pool:
    """Frames with a class, among which is searched."""

    items: list[Item]
    embeddings: NDArray[np.float32]
    probabilities: NDArray[np.floating]
    classes: Ints
    findings: Ints
    copies: Ints
    groups: Ints


def _pool(encoded: EncodedItems, groups: Ints) -> _Pool:
    classes = class_labels(encoded.items)
    known = np.flatnonzero(classes != NO_LABEL)
    items = [encoded.items[index] for index in known]
    pairs = numbers([(item.class_name, item.finding) for item in items])
    findings = np.where([bool(item.finding) for item in items], pairs, NO_LABEL)
    return _Pool(
        items=items,
        embeddings=encoded.frames.embeddings[known],
        probabilities=encoded.frames.probabilities[known],
        classes=classes[known],
        findings=findings.astype(np.int64),
        copies=numbers(encoded.digests)[known],
        groups=groups[known],
    )


def search_all(bundle: Bundle, encoded: EncodedItems, groups: Ints) -> dict[str, RetrievalFigures]:
    """Figures of every search that the data allow, by a name for people.

    With a single class every answer would be right, so nothing is measured.

    Args:
        bundle: encodes the captions.
        encoded: N frames.
        groups: int64 [N], see ``labels.group_numbers``.
    """
    pool = _pool(encoded, groups)
    if len(np.unique(pool.classes)) < 2:
        return {}
    found = _frame_searches(pool) | _text_searches(bundle, pool)
    return {name: figures for name, figures in found.items() if figures}


def _frame_searches(pool: _Pool) -> _Found:
    """As ``Predictor.predict`` ranks cases: by likeness, and a little by the class they are of."""
    every = np.arange(len(pool.items))
    queries = np.hstack([(1 - CLASS_SHARE) * pool.embeddings, CLASS_SHARE * pool.probabilities])
    own_class = np.eye(len(CLASSES), dtype=np.float32)[pool.classes]
    seen = replace(pool, embeddings=np.hstack([pool.embeddings, own_class]))
    found = {
        IMAGE: _search(seen, queries, every, pool.classes, pool.copies),
        IMAGE_FINDING: _search(seen, queries, every, pool.findings, pool.copies),
    }
    if any(item.group for item in pool.items):
        found[IMAGE_ELSEWHERE] = _search(seen, queries, every, pool.classes, pool.groups)
    return found


def _text_searches(bundle: Bundle, pool: _Pool) -> _Found:
    english = [index for index, item in enumerate(pool.items) if item.caption_en]
    vietnamese = [index for index, item in enumerate(pool.items) if item.caption_vi]
    texts = [pool.items[index].caption_en for index in english]
    texts += [pool.items[index].caption_vi for index in vietnamese]
    if not texts:
        return {}
    vectors = encode_texts(bundle, texts).queries
    owners, split = np.array(english + vietnamese, np.int64), len(english)
    parts = {TEXT: slice(None), TEXT_ENGLISH: slice(split), TEXT_VIETNAMESE: slice(split, None)}
    found = {
        name: _search(pool, vectors[part], owners[part], pool.classes, pool.copies)
        for name, part in parts.items()
    }
    found[TEXT_FINDING] = _search(pool, vectors, owners, pool.findings, pool.copies)
    return found


def _search(
    pool: _Pool, queries: NDArray[np.floating], sources: Ints, labels: Ints, left_out: Ints
) -> RetrievalFigures | None:
    """Search the pool.

    Args:
        pool: N frames.
        queries: [Q, D].
        sources: int64 [Q], the frame that each query is or describes.
        labels: int64 [N], equal for hits.
        left_out: int64 [N]; frames that share the source's number are no candidates.

    Returns:
        None if no query has a possible hit.
    """
    ranks = first_hits(
        queries, labels[sources], left_out[sources], pool.embeddings, labels, left_out
    )
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
