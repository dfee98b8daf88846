"""The approximate index against the exact one, and the traps of the library beneath it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.gallery.index import ExactIndex, HnswIndex, VectorIndex, unit

RNG = np.random.default_rng(0)


def clustered(count: int, dim: int = 32) -> np.ndarray:
    """[N, D] float32 of length 1 around seven centres, as classes are."""
    centres = RNG.normal(size=(7, dim))
    return unit(centres[np.arange(count) % 7] + 0.5 * RNG.normal(size=(count, dim)))


VECTORS = clustered(900)
QUERIES = clustered(40)


def both(vectors: np.ndarray) -> list[VectorIndex]:
    return [ExactIndex(vectors), HnswIndex.build(vectors)]


def test_hnsw_agrees_with_exact() -> None:
    exact, graph = both(VECTORS)
    expected, found = exact.search(QUERIES, 12), graph.search(QUERIES, 12)
    assert np.array_equal(expected[0], found[0])
    assert np.allclose(expected[1], found[1], atol=1e-6)


def test_hnsw_recall_in_a_larger_gallery() -> None:
    vectors = clustered(6_000)
    exact, graph = both(vectors)
    expected, found = exact.search(QUERIES, 10)[0], graph.search(QUERIES, 10)[0]
    shared = [len(set(a) & set(b)) for a, b in zip(expected, found, strict=True)]
    assert np.mean(shared) / 10 > 0.97


def test_hnsw_really_searches_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = HnswIndex.build(VECTORS)
    monkeypatch.setattr(ExactIndex, "search", lambda *_: pytest.fail("searched exactly"))
    assert graph.search(QUERIES, 12)[0].shape == (40, 12)


@pytest.mark.parametrize("index", both(VECTORS))
def test_every_vector_finds_itself(index: VectorIndex) -> None:
    ids, cosines = index.search(VECTORS, 1)
    assert np.array_equal(ids[:, 0], np.arange(900))
    assert np.allclose(cosines, 1, atol=1e-6)


@pytest.mark.parametrize("index", both(VECTORS))
@pytest.mark.parametrize("k", [1, 12, 199, 201, 899, 5_000])
def test_as_many_as_asked_for(index: VectorIndex, k: int) -> None:
    ids, cosines = index.search(QUERIES, k)
    assert ids.shape == cosines.shape == (40, min(k, 900))
    assert (ids.dtype, cosines.dtype) == (np.int64, np.float32)
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert all(len(set(row)) == len(row) for row in ids)


@pytest.mark.parametrize("index", both(VECTORS))
@pytest.mark.parametrize("count", [0, 1, 5, 300])
def test_filters_return_as_many_as_asked_for(index: VectorIndex, count: int) -> None:
    allowed = np.zeros(900, dtype=bool)
    allowed[RNG.choice(900, count, replace=False)] = True
    ids, cosines = index.search(QUERIES, 12, allowed)
    assert ids.shape == (40, min(12, count))
    assert allowed[ids].all()
    if count:
        best = (QUERIES @ VECTORS[allowed].T).max(axis=1)
        assert np.allclose(cosines[:, 0], best, atol=1e-6)


def test_query_length_does_not_matter() -> None:
    for index in both(VECTORS):
        plain, scaled = index.search(QUERIES, 5), index.search(QUERIES * 37, 5)
        assert np.array_equal(plain[0], scaled[0])
        assert np.allclose(plain[1], scaled[1], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(1, 45))
def test_ties_are_broken_by_row(values: list[int], k: int) -> None:
    vectors = np.eye(4, dtype=np.float32)[values]
    query = np.array([[1.0, 0.5, 0.25, 0.0]], dtype=np.float32)
    ids, _ = ExactIndex(vectors).search(query, k)
    expected = sorted(range(len(values)), key=lambda row: (values[row], row))
    assert list(ids[0]) == expected[:k]


def test_equal_vectors() -> None:
    vectors = np.repeat(VECTORS[:1], 500, axis=0)
    for index in both(vectors):
        ids, cosines = index.search(VECTORS[:1], 20)
        assert len(set(ids[0])) == 20
        assert np.allclose(cosines, 1, atol=1e-6)


@pytest.mark.parametrize("index", both(VECTORS))
@pytest.mark.parametrize(
    "queries",
    [
        QUERIES[:, :31],
        QUERIES[0],
        QUERIES[None],
        np.full((1, 32), np.nan, np.float32),
        np.full((1, 32), np.inf, np.float32),
        np.zeros((1, 32), np.float32),
    ],
    ids=["short", "flat", "deep", "nan", "inf", "zero"],
)
def test_queries_that_hnswlib_would_answer_wrongly(index: VectorIndex, queries: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"queries|vectors|direction"):
        index.search(queries, 3)


@pytest.mark.parametrize("index", both(VECTORS))
def test_wrong_arguments(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        index.search(QUERIES, 0)
    with pytest.raises(ValueError, match="allowed"):
        index.search(QUERIES, 3, np.ones(899, dtype=bool))
    with pytest.raises(ValueError, match="allowed"):
        index.search(QUERIES, 3, np.arange(900))  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_tiny_galleries(count: int) -> None:
    for index in [*both(VECTORS[:count]), reloaded(HnswIndex.build(VECTORS[:count]), count)]:
        assert index.search(QUERIES, 12)[0].shape == (40, count)


def reloaded(index: HnswIndex, count: int) -> HnswIndex:
    return HnswIndex.from_bytes(index.to_bytes(), VECTORS[:count])


def test_no_queries() -> None:
    for index in both(VECTORS):
        assert index.search(QUERIES[:0], 12)[0].shape == (0, 12)


def test_saved_and_loaded_searches_as_before() -> None:
    built = HnswIndex.build(VECTORS)
    loaded = HnswIndex.from_bytes(built.to_bytes(), VECTORS)
    for before, after in zip(built.search(QUERIES, 150), loaded.search(QUERIES, 150), strict=True):
        assert np.array_equal(before, after)


def test_two_builds_give_the_same_bytes() -> None:
    first = HnswIndex.build(VECTORS).to_bytes()
    assert first == HnswIndex.build(VECTORS.copy()).to_bytes()
    assert first == HnswIndex.from_bytes(first, VECTORS).to_bytes()


@pytest.mark.parametrize("damage", [b"", b"not an index", "half", "longer", "shorter"])
def test_damaged_files_are_refused(damage: bytes | str) -> None:
    whole = HnswIndex.build(VECTORS).to_bytes()
    data = {"half": whole[: len(whole) // 2], "longer": whole + b"\0", "shorter": whole[:-1]}
    with pytest.raises(ValueError, match="HNSW"):
        HnswIndex.from_bytes(data[damage] if isinstance(damage, str) else damage, VECTORS)


def test_an_index_of_other_vectors_is_refused() -> None:
    data = HnswIndex.build(VECTORS).to_bytes()
    for others in (VECTORS[::-1].copy(), VECTORS[:899], clustered(900), clustered(900, 16)):
        with pytest.raises(ValueError, match="HNSW"):
            HnswIndex.from_bytes(data, others)


def test_unreachable_nodes_fall_back_to_exact() -> None:
    class Stranded:
        """A graph from whose entry point too few nodes can be reached."""

        def __getattr__(self, name: str) -> object:
            return lambda *_: None

        def knn_query(self, *_: object, **__: object) -> None:
            raise RuntimeError("Cannot return the results in a contiguous 2D array")

    found = HnswIndex(VECTORS, Stranded()).search(QUERIES, 7)  # type: ignore[arg-type]
    assert np.array_equal(found[0], ExactIndex(VECTORS).search(QUERIES, 7)[0])


def test_threads_get_the_same_answers() -> None:
    index = HnswIndex.build(VECTORS)
    expected = index.search(QUERIES, 12)[0]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: index.search(QUERIES, 12)[0], range(20)))
    assert all(np.array_equal(answer, expected) for answer in answers)


def test_unit() -> None:
    assert np.allclose(np.linalg.norm(unit(RNG.normal(size=(5, 3))), axis=1), 1)
    for wrong in (np.zeros((1, 3)), np.full((1, 3), np.nan), np.ones(3)):
        with pytest.raises(ValueError, match=r"vector"):
            unit(wrong)
