"""Search in 100,000 and 1,000,000 vectors: recall, speed, growth, other libraries.

Graphs are built once and kept under ``runs/bench``: a million vectors take minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.bench_rows import Effort, Row, absent, medians, ms, unmeasured
from benchmarks.bench_vectors import Vectors, embedding_like
from entdemo.gallery.index import HnswIndex
from entdemo.inference.device import usable_cores
from entdemo.settings import ROOT

DIM = 512
K = 10
SIZES = {100_000: 15.0, 1_000_000: 60.0}
"""Numbers of vectors, and how many times faster than numpy a search should be."""

KEPT = ROOT / "runs" / "bench"
SEED = 11
_GROWTH = "search time at 1,000,000 / at 100,000, against n log n"

Search = Callable[[Vectors], Any]


@dataclass(frozen=True)
class _Material:
    vectors: Vectors
    queries: Vectors
    truth: list[set[int]]


def search_rows(effort: Effort) -> Iterator[Row]:
    """Rows of both sizes; in a quick run the million only where its graph is kept."""
    times: dict[int, float] = {}
    for count, faster in SIZES.items():
        names = [name.format(count) for name in ("recall@10 at {:,}", "numpy exact / ours at {:,}")]
        if effort.quick and (count > 100_000 or not graph_file(count).is_file()):
            yield from unmeasured(names, "run once without --quick")
            continue
        material = _material(count)
        index = _index(count, material.vectors)
        rows, times[count] = _size_rows(count, names, faster, material, index, effort)
        yield from rows
    yield _growth(times)


def graph_file(count: int) -> Path:
    """Where the graph of that many vectors is kept."""
    return KEPT / f"{count}.hnsw"


def _growth(times: dict[int, float]) -> Row:
    few, many = SIZES
    if len(times) < len(SIZES):
        return Row(_GROWTH, None, detail="run once without --quick")
    linear = many * log(many) / (few * log(few))
    ratio = times[many] / times[few]
    return Row(_GROWTH, ratio / linear, "at most", 1.0, f"{ratio:.2f} / {linear:.1f}")


def _material(count: int) -> _Material:
    vectors, queries = embedding_like(count, DIM, SEED)
    truth = [set(map(int, _exact(vectors, query))) for query in queries]
    return _Material(vectors, queries, truth)


def _exact(vectors: Vectors, query: Vectors) -> np.ndarray:
    """Exact search as one writes it in numpy."""
    cosines = vectors @ query
    nearest = np.argpartition(-cosines, K)[:K]
    return nearest[np.argsort(-cosines[nearest])]


def _index(count: int, vectors: Vectors) -> HnswIndex:
    file = graph_file(count)
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        HnswIndex.build(vectors).save(file)
    return HnswIndex.load(file, vectors)


def _size_rows(
    count: int,
    names: list[str],
    faster: float,
    material: _Material,
    index: HnswIndex,
    effort: Effort,
) -> tuple[list[Row], float]:
    """Rows of one size, and seconds of one search."""
    searches: dict[str, Search] = {
        "ours": lambda query: index.search(query, K)[0][0],
        "numpy": lambda query: _exact(material.vectors, query[0]),
    }
    others = {} if effort.quick or count > 100_000 else _others(material.vectors)
    with threadpool_limits(usable_cores(), user_api="blas"):  # the app leaves numpy a single one
        times = _times(searches | others, material.queries, effort.of(60, 15))
    recalls = {
        name: _recall(search, material) for name, search in (searches | others).items()
        if name != "numpy"
    }  # fmt: skip
    rows = [
        Row(names[0], recalls["ours"], "at least", 0.99, f"{len(material.queries)} queries"),
        Row(
            names[1], times["numpy"] / times["ours"], "at least", faster,
            f"{ms(times['numpy'])} / {ms(times['ours'])}",
        ),
    ]  # fmt: skip
    for name in ("usearch", "faiss"):
        label = f"{name} HNSW / ours at {count:,}"
        if name in times:
            detail = f"{ms(times[name])} / {ms(times['ours'])}, recall@10 {recalls[name]:.3f}"
            rows.append(Row(label, times[name] / times["ours"], detail=detail))
        elif count <= 100_000:
            rows.append(Row(label, None, detail=absent(name) or "run without --quick"))
    return rows, times["ours"]


def _times(searches: dict[str, Search], queries: Vectors, repeats: int) -> dict[str, float]:
    rows = {name: iter(np.tile(queries, (2, 1))[:, None]) for name in searches}
    tasks = {
        name: (lambda search=search, rows=rows[name]: search(next(rows)))
        for name, search in searches.items()
    }
    return medians(tasks, repeats)


def _recall(search: Search, material: _Material) -> float:
    found = (search(query[None]) for query in material.queries)
    shared = [
        len(truth & set(map(int, np.ravel(row)))) / K
        for truth, row in zip(material.truth, found, strict=True)
    ]
    return float(np.mean(shared))


def _others(vectors: Vectors) -> dict[str, Search]:
    """Other libraries with the same number of links, where they are installed."""
    made: dict[str, Search] = {}
    if not absent("usearch"):
        from usearch.index import Index

        theirs = Index(
            ndim=DIM, metric="ip", dtype="f32", connectivity=16, expansion_add=100,
            expansion_search=128,
        )  # fmt: skip
        theirs.add(np.arange(len(vectors)), vectors)
        made["usearch"] = lambda query: theirs.search(query[0], K).keys
    if not absent("faiss"):
        import faiss

        graph = faiss.IndexHNSWFlat(DIM, 16, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = 100
        graph.hnsw.efSearch = 128
        graph.add(vectors)
        made["faiss"] = lambda query: graph.search(query, K)[1][0]
    return made
