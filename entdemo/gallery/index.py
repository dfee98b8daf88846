"""Nearest vectors by cosine: exact in numpy, and approximate by HNSW.

HNSW: Malkov and Yashunin, arXiv 1603.09320, through hnswlib. That library answers a query of the
wrong length or with NaN wrongly or not at all, loses its search width when loaded, trusts any
file, and gives up where fewer than k nodes can be reached; ``HnswIndex`` guards each of these.
"""

from __future__ import annotations

import tempfile
from mmap import mmap
from pathlib import Path
from typing import Protocol

import hnswlib
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]
Allowed = NDArray[np.bool_]

SPACE = "ip"
_SEED = 20_250_900
_LINKS = 16
_EF = 200
_EF_CONSTRUCTION = 200
"""Links a node, widths of search and of construction: recall@10 is 0.99 and more on what was tried,
from 6,000 vectors scattered in 32 dimensions to 1,000,000 x 512 of an intrinsic dimension of 20.
Half the width of construction takes half the time, but of a million finds 0.96 only."""

_QUERY_BLOCK = 256
_CHECKED_ITEMS = 64


class VectorIndex(Protocol):
    """Finds the rows of [N, D] unit vectors that are most similar to queries."""

    def search(
        self, queries: Vectors, k: int, allowed: Allowed | None = None
    ) -> tuple[Ids, Vectors]:
        """Search.

        Args:
            queries: [Q, D] float32, finite and not zero; their length does not matter.
            k: how many to find.
            allowed: [N] bool, rows that may be found; None for all.

        Returns:
            Row numbers [Q, k'] int64 and cosines [Q, k'] float32, most similar first, equal ones
            by row number; k' is k or the number of allowed rows if that is less.

        Raises:
            ValueError: if the arguments do not fit.
        """
        ...


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Rows scaled to length 1.

    Args:
        vectors: [N, D], finite, no row zero.

    Raises:
        ValueError: otherwise.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise ValueError("expected finite vectors in two dimensions")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if (lengths == 0).any():
        raise ValueError("a vector of length zero has no direction")
    return np.ascontiguousarray(rows / lengths)


def checked(queries: Vectors, k: int, allowed: Allowed | None, shape: tuple[int, ...]) -> Vectors:
    """Queries of length 1, once they and the other arguments of a search fit [N, D] vectors.

    Raises:
        ValueError: if they do not.
    """
    count, dim = shape
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise ValueError(f"expected [Q, {dim}] queries, got {list(queries.shape)}")
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if allowed is not None and (allowed.dtype != np.bool_ or allowed.shape != (count,)):
        raise ValueError(f"expected [{count}] bool for allowed rows")
    return unit(queries)


class ExactIndex:
    """Compares each query with every vector."""

    def __init__(self, vectors: Vectors) -> None:
        """Args: vectors: [N, D] float32 of length 1."""
        self._vectors = vectors

    def search(
        self, queries: Vectors, k: int, allowed: Allowed | None = None
    ) -> tuple[Ids, Vectors]:
        """See ``VectorIndex.search``."""
        queries = checked(queries, k, allowed, self._vectors.shape)
        rows = np.arange(len(self._vectors)) if allowed is None else np.flatnonzero(allowed)
        among = self._vectors if allowed is None else self._vectors[rows]
        width = min(k, len(rows))
        ids = np.empty((len(queries), width), dtype=np.int64)
        cosines = np.empty((len(queries), width), dtype=np.float32)
        for start in range(0, len(queries) if width else 0, _QUERY_BLOCK):
            for offset, found in enumerate(queries[start : start + _QUERY_BLOCK] @ among.T):
                best = _top(found, width)
                ids[start + offset], cosines[start + offset] = rows[best], found[best]
        return ids, cosines


def _top(cosines: Vectors, k: int) -> Ids:
    """Positions of the k largest; among equal ones the first, also where the cut falls."""
    floor = np.partition(cosines, len(cosines) - k)[len(cosines) - k]
    candidates = np.flatnonzero(cosines >= floor)
    order = np.argsort(-cosines[candidates], kind="stable")
    return candidates[order[:k]].astype(np.int64)


class HnswIndex:
    """Searches a small-world graph; falls back to exact where the graph cannot serve.

    Filtered searches are exact, so that they find as many as asked for; so are searches for more
    than half the graph's search width. Cosines always come from the vectors themselves.
    """

    def __init__(self, vectors: Vectors, graph: hnswlib.Index) -> None:
        """Use ``build`` or ``from_bytes``."""
        self._vectors = vectors
        self._exact = ExactIndex(vectors)
        self._graph = graph
        graph.set_ef(_EF)
        graph.set_num_threads(1)

    @classmethod
    def build(cls, vectors: Vectors) -> HnswIndex:
        """Build the graph; the same vectors give the same graph (one thread, fixed seed).

        Args:
            vectors: [N, D] float32 of length 1.
        """
        graph = hnswlib.Index(space=SPACE, dim=vectors.shape[1])
        graph.init_index(
            max_elements=max(1, len(vectors)),
            M=_LINKS,
            ef_construction=_EF_CONSTRUCTION,
            random_seed=_SEED,
        )
        if len(vectors):
            graph.add_items(vectors, np.arange(len(vectors)), num_threads=1)
        return cls(vectors, graph)

    @classmethod
    def from_bytes(cls, data: bytes | mmap, vectors: Vectors) -> HnswIndex:
        """Load what ``to_bytes`` gave.

        Args:
            data: bytes whose origin was checked: hnswlib trusts what a file says.
            vectors: [N, D] float32, those the graph was built from.

        Raises:
            ValueError: if the graph does not belong to these vectors.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "index.hnsw"
            file.write_bytes(data)
            return cls.load(file, vectors)

    @classmethod
    def load(cls, file: Path, vectors: Vectors) -> HnswIndex:
        """Load what ``save`` wrote; arguments and errors as those of ``from_bytes``."""
        graph = hnswlib.Index(space=SPACE, dim=vectors.shape[1])
        try:
            graph.load_index(str(file), max_elements=max(1, len(vectors)))
        except RuntimeError as error:
            raise ValueError("the HNSW file cannot be read") from error
        if graph.get_current_count() != len(vectors) or not _holds(graph, vectors):
            raise ValueError("the HNSW file belongs to other vectors")
        return cls(vectors, graph)

    def save(self, file: Path) -> None:
        """Write the graph in hnswlib's file format."""
        self._graph.save_index(str(file))

    def to_bytes(self) -> bytes:
        """The graph in hnswlib's file format."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "index.hnsw"
            self.save(file)
            return file.read_bytes()

    def search(
        self, queries: Vectors, k: int, allowed: Allowed | None = None
    ) -> tuple[Ids, Vectors]:
        """See ``VectorIndex.search``."""
        unit_queries = checked(queries, k, allowed, self._vectors.shape)
        width = min(k, len(self._vectors))
        if allowed is not None or width == 0 or width > _EF // 2:
            return self._exact.search(queries, k, allowed)
        try:
            labels, _ = self._graph.knn_query(unit_queries, k=width, num_threads=1)
        except RuntimeError:  # fewer than k nodes can be reached from the entry point
            return self._exact.search(queries, k)
        return self._ranked(unit_queries, np.asarray(labels, dtype=np.int64))

    def _ranked(self, queries: Vectors, labels: Ids) -> tuple[Ids, Vectors]:
        labels = np.sort(labels, axis=1)
        cosines = np.einsum("qd,qkd->qk", queries, self._vectors[labels])
        order = np.argsort(-cosines, axis=1, kind="stable")
        return np.take_along_axis(labels, order, 1), np.take_along_axis(cosines, order, 1)


def _holds(graph: hnswlib.Index, vectors: Vectors) -> bool:
    """Whether the graph's own copies equal the vectors, on a spread-out sample."""
    if not len(vectors):
        return True
    rows = np.unique(np.linspace(0, len(vectors) - 1, _CHECKED_ITEMS).astype(np.int64))
    try:
        copies = np.asarray(graph.get_items(rows), dtype=np.float32)
    except RuntimeError:
        return False
    return bool(np.array_equal(copies, vectors[rows]))
