from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from entdemo.cli.gallery import app
from entdemo.gallery import projection
from entdemo.gallery.projection import FILE_NAME, gallery_map, project
from entdemo.gallery.store import Gallery


def clusters(count: int, groups: int = 3) -> np.ndarray:
    """[count, 16] float32 of length 1, round about ``groups`` directions in turn."""
    rng = np.random.default_rng(0)
    middles = np.eye(groups, 16)
    rows = middles[np.arange(count) % groups] + rng.normal(scale=0.05, size=(count, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_alike_cases_lie_side_by_side() -> None:
    made = project(clusters(60))
    distances = np.linalg.norm(made.points[:, None] - made.points, axis=-1)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1)
    assert (nearest % 3 == np.arange(60) % 3).all()


def test_the_same_vectors_give_the_same_map_within_the_square() -> None:
    first, second = project(clusters(30)), project(clusters(30))
    assert np.array_equal(first.points, second.points)
    assert first.points.min() >= 0
    assert first.points.max() <= 1
    assert np.ptp(first.points, axis=0).max() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 7])
def test_few_cases_have_a_map_too(count: int) -> None:
    made = project(clusters(count))
    assert made.points.shape == (count, 2)
    assert made.rows.tolist() == list(range(count))
    assert np.isfinite(made.points).all()


def test_equal_vectors_lie_in_the_middle() -> None:
    assert project(np.repeat(clusters(1), 5, axis=0)).points == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "F6_E2M3", "F4"])
def test_a_kept_map_of_other_numbers_is_made_again(kind: str, tmp_path: Path) -> None:
    gallery = Gallery(tmp_path, (), clusters(6), "fake", "")
    made = gallery_map(gallery, keep=True)
    data = (tmp_path / FILE_NAME).read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    bits = {"BF16": 16, "F8_E4M3": 8, "F6_E2M3": 6, "F4": 4}[kind]
    header["rows"] = {"dtype": kind, "shape": [8], "data_offsets": [0, bits]}
    header["points"] = {"dtype": "U8", "shape": [1], "data_offsets": [bits, bits + 1]}
    told = json.dumps(header).encode()
    (tmp_path / FILE_NAME).write_bytes(len(told).to_bytes(8, "little") + told + bytes(bits + 1))
    assert np.array_equal(gallery_map(gallery, keep=True).points, made.points)


def test_of_a_large_gallery_every_nth_case_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MOST_POINTS", 7)
    made = project(clusters(100))
    assert len(made.points) == len(made.rows) == 7
    assert made.rows[0] == 0
    assert made.rows[-1] == 99
    assert (np.diff(made.rows) >= 16).all()


def test_the_map_is_kept_beside_the_gallery_and_follows_its_vectors(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = gallery_map(Gallery.open(folder))
    assert (folder / FILE_NAME).is_file()
    with monkeypatch.context() as patch:
        patch.setattr(projection, "project", lambda _: pytest.fail("the kept map was not read"))
        assert np.array_equal(gallery_map(Gallery.open(folder)).points, first.points)
    gallery = Gallery.open(folder)
    gallery.vectors = gallery.vectors[::-1].copy()
    assert not np.array_equal(gallery_map(gallery).points, first.points)


def test_a_damaged_map_is_made_again(folder: Path) -> None:
    gallery = Gallery.open(folder)
    first = gallery_map(gallery)
    (folder / FILE_NAME).write_bytes(b"not a map")
    assert np.array_equal(gallery_map(gallery).points, first.points)


def test_a_folder_that_cannot_be_written_has_a_map_all_the_same(
    folder: Path,
) -> None:
    gallery = Gallery.open(folder)
    gallery.folder = folder / "gone"
    assert len(gallery_map(gallery).points) == len(gallery.cases)


def test_the_map_is_made_ahead_of_time_by_a_command(folder: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(folder), "--json"])
    assert json.loads(result.output) == {"cases": 21}
    assert (folder / FILE_NAME).is_file()


def test_a_kept_map_above_its_budget_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gallery_map(Gallery.open(folder))
    monkeypatch.setattr(projection, "_MOST_BYTES", 10)
    monkeypatch.setattr(projection, "safe_open", lambda *_, **__: pytest.fail("read"))
    assert np.array_equal(gallery_map(Gallery.open(folder)).points, made.points)
