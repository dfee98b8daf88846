"""What every vector index keeps, whatever finds the vectors."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.index import ExactIndex, HnswIndex, VectorIndex, unit
from entdemo.gallery.milvus import Database, MilvusIndex
from entdemo.gallery.store import Gallery

RNG = np.random.default_rng(5)
COUNT, DIM, QUERIES = 400, 24, 12
needs_milvus = pytest.mark.skipif(
    not (find_spec("pymilvus") and find_spec("milvus_lite")), reason="needs the extra “milvus”"
)


def around_centres(count: int) -> np.ndarray:
    """[N, D] float32 of length 1 around seven centres."""
    centres = np.random.default_rng(0).normal(size=(7, DIM))
    return unit(centres[np.arange(count) % 7] + 0.5 * RNG.normal(size=(count, DIM)))


VECTORS = around_centres(COUNT)
ASKED = around_centres(QUERIES)


SERVER = os.environ.get("ENTDEMO_TEST_MILVUS", "")
"""Address of a Milvus server, for whoever has one to test with."""
needs_server = pytest.mark.skipif(
    not SERVER, reason="needs a Milvus server: its address in ENTDEMO_TEST_MILVUS"
)


@pytest.fixture(
    scope="module",
    params=[
        "exact",
        "hnsw",
        pytest.param("milvus", marks=needs_milvus),
        pytest.param("server", marks=[needs_milvus, needs_server]),
    ],
)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    if request.param == "exact":
        return ExactIndex(VECTORS)
    if request.param == "hnsw":
        return HnswIndex.build(VECTORS)
    if request.param == "server":
        return MilvusIndex.open(Database(SERVER), VECTORS, "tests of the contract")
    file = tmp_path_factory.mktemp("milvus") / "cases.db"
    return MilvusIndex.open(Database(str(file)), VECTORS, "tests")


def test_the_best_are_found_most_similar_first(index: VectorIndex) -> None:
    expected, best = ExactIndex(VECTORS).search(ASKED, 10)
    found, cosines = index.search(ASKED, 10)
    assert (found.dtype, cosines.dtype) == (np.int64, np.float32)
    assert np.allclose(cosines, best, atol=1e-5)
    assert (found == expected).mean() > 0.99


@pytest.mark.parametrize("k", [1, 12, 399, 5_000])
def test_as_many_as_asked_for_or_there_are(index: VectorIndex, k: int) -> None:
    found, cosines = index.search(ASKED, k)
    assert found.shape == cosines.shape == (QUERIES, min(k, COUNT))
    assert all(len(set(row)) == len(row) for row in found.tolist())
    assert (np.diff(cosines, axis=1) <= 1e-6).all()


@pytest.mark.parametrize("count", [0, 1, 5, 200])
def test_only_what_is_allowed(index: VectorIndex, count: int) -> None:
    allowed = np.zeros(COUNT, bool)
    allowed[np.random.default_rng(count).choice(COUNT, count, replace=False)] = True
    found, _ = index.search(ASKED, 8, allowed)
    assert found.shape == (QUERIES, min(8, count))
    assert allowed[found].all()


@needs_milvus
@pytest.mark.parametrize("share", [0.02, 0.2, 0.8])
def test_milvus_among_some_rows_is_exact(share: float, tmp_path: Path) -> None:
    allowed = np.random.default_rng(1).random(COUNT) < share
    index = MilvusIndex.open(Database(str(tmp_path / "cases.db")), VECTORS, "tests")
    found = index.search(ASKED, 10, allowed)
    expected = ExactIndex(VECTORS).search(ASKED, 10, allowed)
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])


def test_a_query_of_any_length_finds_the_same(index: VectorIndex) -> None:
    found, cosines = index.search(ASKED * 37, 5)
    again, same = index.search(ASKED, 5)
    assert np.array_equal(found, again)
    assert np.allclose(cosines, same, atol=1e-5)


@pytest.mark.parametrize(
    ("queries", "k"),
    [
        (np.ones((1, DIM + 1), np.float32), 3),
        (np.full((1, DIM), np.nan, np.float32), 3),
        (np.zeros((1, DIM), np.float32), 3),
        (np.ones(DIM, np.float32), 3),
        (ASKED, 0),
    ],
)
def test_what_does_not_fit_is_refused(index: VectorIndex, queries: np.ndarray, k: int) -> None:
    with pytest.raises(ValueError, match=r"expected|length zero|at least 1"):
        index.search(queries, k)
    with pytest.raises(ValueError, match="allowed"):
        index.search(ASKED, 3, np.ones(COUNT - 1, bool))


def test_no_query_gives_no_answer(index: VectorIndex) -> None:
    assert index.search(np.empty((0, DIM), np.float32), 3)[0].shape == (0, 3)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTDEMO_INDEX", str(tmp_path / "cases.db"))
    return tmp_path / "cases.db"


@needs_milvus
def test_a_gallery_searches_in_milvus_where_the_setting_says_so(
    database: Path, tmp_path: Path
) -> None:
    gallery = build_gallery(tmp_path / "g", new_cases(9), EMBEDDER)
    assert isinstance(gallery.index, MilvusIndex)
    assert database.exists()
    for row, hits in enumerate(gallery.search(gallery.vectors, 2)):
        assert hits[0].case == gallery.cases[row]
        assert hits[0].similarity == pytest.approx(1, abs=1e-5)


def test_without_pymilvus_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(UserError, match=r"pip install 'entdemo\[milvus\]'"):
        MilvusIndex.open(Database(str(tmp_path / "cases.db")), VECTORS, "tests")


@needs_milvus
def test_a_replaced_collection_is_dropped_and_who_still_uses_it_answers_exactly(
    tmp_path: Path,
) -> None:
    database = Database(str(tmp_path / "cases.db"))
    strangers = MilvusIndex.open(database, VECTORS[:30], "another gallery")
    old = MilvusIndex.open(database, VECTORS[:40], "gallery")
    new = MilvusIndex.open(database, VECTORS[:50], "gallery")
    assert set(database.client().list_collections()) == {
        index._collection for index in (strangers, new)
    }
    for index, count in ((old, 40), (new, 50), (strangers, 30)):
        found, _ = index.search(VECTORS[:5], 3)
        assert np.array_equal(found, ExactIndex(VECTORS[:count]).search(VECTORS[:5], 3)[0])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What clients of a database that does not answer are made with."""
    made: list[tuple[str, dict[str, str]]] = []

    def client(address: str, **options: str) -> None:
        made.append((address, options))
        raise OSError("no such certificate")

    monkeypatch.setattr("pymilvus.MilvusClient", client)
    monkeypatch.setenv("ENTDEMO_INDEX", "https://milvus.example:19530/ent")
    monkeypatch.setenv("ENTDEMO_INDEX_TOKEN", "user:secret")
    monkeypatch.setenv("ENTDEMO_INDEX_CERTIFICATE", "ca.pem")
    return made


@needs_milvus
def test_token_and_certificates_reach_the_client(
    asked: list[tuple[str, dict[str, str]]], tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="no such certificate") as refused:
        build_gallery(tmp_path / "g", new_cases(3), EMBEDDER)
    options = {"token": "user:secret", "server_pem_path": "ca.pem"}
    assert asked == [("https://milvus.example:19530/ent", options)]
    assert "secret" not in refused.value.text("en")


@needs_milvus
@pytest.mark.usefixtures("asked")
def test_a_database_that_fails_after_a_change_was_saved_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError) as refused:
        build_gallery(tmp_path / "g", new_cases(3), EMBEDDER)
    assert refused.value.key == "gallery.saved_not_opened"
    monkeypatch.delenv("ENTDEMO_INDEX")
    assert len(Gallery.open(tmp_path / "g").cases) == 3
