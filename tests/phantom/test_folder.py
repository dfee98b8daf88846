import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from entdemo.errors import UserError
from entdemo.phantom.folder import COLUMNS, frame_seed, iter_phantoms, write_folder
from entdemo.taxonomy import CLASSES


def test_folder_holds_frames_and_captions(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    table = write_folder(tmp_path / "new", 8, 3, progress=lambda done, n: told.append((done, n)))
    with table.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == COLUMNS
    assert told == [(done, 8) for done in range(1, 9)]
    assert {row["class"] for row in rows} == set(CLASSES)
    for index, row in enumerate(rows):
        assert row["file"].startswith(f"{row['class']}/{index:06d}")
        assert int(row["seed"]) == frame_seed(3, index)
        with Image.open(tmp_path / "new" / row["file"]) as picture:
            assert picture.mode == "RGB"


def test_folder_and_iterator_agree(tmp_path: Path) -> None:
    table = write_folder(tmp_path / "a", 3, 1)
    with table.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for row, phantom in zip(rows, iter_phantoms(3, 1), strict=True):
        assert row["caption_vi"] == phantom.caption_vi
        assert row["style"] == phantom.style
        with Image.open(tmp_path / "a" / row["file"]) as picture:
            stored = np.asarray(picture, float)
        assert stored.shape == phantom.rgb.shape
        assert np.abs(stored - phantom.rgb).mean() < 6


def test_workers_write_the_same(tmp_path: Path) -> None:
    one = write_folder(tmp_path / "one", 4, 2)
    two = write_folder(tmp_path / "two", 4, 2, workers=2)
    assert one.read_text(encoding="utf-8") == two.read_text(encoding="utf-8")


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(UserError) as caught:
        write_folder(tmp_path, 1, 0)
    assert caught.value.key == "phantom.folder_not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_seeds_of_two_folders_never_meet() -> None:
    assert frame_seed(1, 0) > frame_seed(0, 1_000_000)
