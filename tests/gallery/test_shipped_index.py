"""The graph that is shipped answers, as exact search would."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from entdemo.gallery.index import ExactIndex, HnswIndex
from entdemo.gallery.store import Gallery
from entdemo.settings import DEFAULT_GALLERY

SHOWN = 12


def test_the_saved_graph_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HnswIndex, "build", lambda *_: pytest.fail("built anew"))
    monkeypatch.setattr(ExactIndex, "search", lambda *_: pytest.fail("searched exactly"))
    gallery = Gallery.open(DEFAULT_GALLERY)
    assert isinstance(gallery.index, HnswIndex)
    assert gallery.search(gallery.vectors[5], SHOWN)[0][0].case == gallery.cases[5]


def test_it_finds_what_exact_search_finds() -> None:
    """Cases, and points between cases, as queries: recall@12 is 1."""
    gallery = Gallery.open(DEFAULT_GALLERY)
    between = gallery.vectors + 0.5 * np.roll(gallery.vectors, 211, axis=0)
    queries = np.concatenate([gallery.vectors, between])
    found, near = gallery.index.search(queries, SHOWN)
    expected, best = ExactIndex(gallery.vectors).search(queries, SHOWN)
    shared = [len(set(one) & set(other)) for one, other in zip(found, expected, strict=True)]
    assert np.mean(shared) / SHOWN == 1.0
    np.testing.assert_allclose(near, best, atol=1e-6)


def test_a_graph_with_another_hash_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gallery"
    shutil.copytree(DEFAULT_GALLERY, folder)
    with (folder / "index.hnsw").open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr(HnswIndex, "load", lambda *_: pytest.fail("loaded"))
    gallery = Gallery.open(folder)
    assert isinstance(gallery.index, HnswIndex)
    assert gallery.notes == ("the HNSW index was rebuilt from the vectors",)
