"""A gallery is embedded once per bundle: the vectors of other weights are kept between runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import (
    EMBEDDER,
    OTHER_EMBEDDER,
    embed_otherwise,
    new_cases,
)
from entdemo.gallery.build import add_cases, build_gallery
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.store import Gallery
from entdemo.image.frame import Frame

Counted = tuple[Embedder, list[int]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTDEMO_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    build_gallery(tmp_path / "gallery", new_cases(70), EMBEDDER)
    return tmp_path / "gallery"


def counted() -> Counted:
    seen: list[int] = []

    def embed(frames: list[Frame]) -> np.ndarray:
        seen.append(len(frames))
        return embed_otherwise(frames)

    return replace(OTHER_EMBEDDER, embed=embed), seen


def test_frames_are_embedded_once_and_progress_is_told(folder: Path) -> None:
    embedder, seen = counted()
    told: list[tuple[int, int | None]] = []
    first = Gallery.open(folder, embedder, lambda *done: told.append(done))
    assert sum(seen) == 70
    assert told == [(0, 70), (64, 70), (70, 70)]
    again = Gallery.open(folder, embedder, lambda *done: told.append(done))
    assert sum(seen) == 70
    assert len(told) == 3, "nothing is told where nothing is embedded"
    np.testing.assert_array_equal(first.vectors, again.vectors)
    query = np.array(first.vectors[3])
    assert again.search(query, 5) == first.search(query, 5)


def test_new_frames_alone_are_embedded(folder: Path) -> None:
    embedder, seen = counted()
    Gallery.open(folder, embedder)
    add_cases(folder, new_cases(2, 70), EMBEDDER)
    grown = Gallery.open(folder, embedder)
    assert sum(seen) == 72
    assert grown.vectors.shape == (72, OTHER_EMBEDDER.dim)


def test_each_bundle_has_its_own(folder: Path, data: Path) -> None:
    Gallery.open(folder, OTHER_EMBEDDER)
    embedder, seen = counted()
    Gallery.open(folder, replace(embedder, embedder_id="weights-3"))
    assert sum(seen) == 70
    assert len(list((data / "vectors").iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"no tensors", b"\xff" * 64])
def test_a_damaged_file_is_made_anew(folder: Path, data: Path, content: bytes) -> None:
    expected = Gallery.open(folder, OTHER_EMBEDDER).vectors
    (file,) = (data / "vectors").iterdir()
    whole = file.read_bytes()
    file.write_bytes(content)
    np.testing.assert_array_equal(Gallery.open(folder, OTHER_EMBEDDER).vectors, expected)
    assert len(file.read_bytes()) == len(whole)


def test_vectors_serve_where_none_can_be_kept(folder: Path, data: Path) -> None:
    data.write_text("no folder")
    assert len(Gallery.open(folder, OTHER_EMBEDDER).vectors) == 70
