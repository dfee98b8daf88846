"""What a user's frames must be, and what is told where they are not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from entdemo.adaptation.frames import Taken, read_own_frames
from entdemo.errors import AdaptationError, DataError

BUNDLE: Any = SimpleNamespace(preprocess=SimpleNamespace(image_size=32))


def save(folder: Path, label: str, seed: int, name: str = "") -> None:
    """A picture of coloured patches; equal seeds give equal pictures."""
    patches = np.random.default_rng(seed).integers(40, 255, (8, 8, 3), np.uint8)
    (folder / label).mkdir(parents=True, exist_ok=True)
    file = folder / label / f"{name or seed}.png"
    Image.fromarray(patches).resize((96, 96), Image.Resampling.BICUBIC).save(file)


def test_three_frames_are_too_few(tmp_path: Path) -> None:
    for seed, label in enumerate(("ear-left", "ear-right", "nose")):
        save(tmp_path, label, seed)
    with pytest.raises(AdaptationError, match="Only 3 different frames"):
        read_own_frames(tmp_path, BUNDLE)


def test_copies_of_a_picture_count_once(tmp_path: Path) -> None:
    for at in range(9):
        save(tmp_path, "throat", at % 3, f"copy-{at}")
    with pytest.raises(AdaptationError, match="Only 3 different frames"):
        read_own_frames(tmp_path, BUNDLE)


def test_one_label_alone_teaches_nothing(tmp_path: Path) -> None:
    for seed in range(8):
        save(tmp_path, "ear-left", seed)
    with pytest.raises(AdaptationError, match="All 8 frames are labelled “ear-left”"):
        read_own_frames(tmp_path, BUNDLE)


def test_one_picture_under_two_labels_is_told(tmp_path: Path) -> None:
    save(tmp_path, "ear-left", 1)
    save(tmp_path, "ear-right", 1)
    with pytest.raises(AdaptationError, match=r"ear-left/1\.png and ear-right/1\.png"):
        read_own_frames(tmp_path, BUNDLE)


def test_class_and_its_region_do_not_contradict_each_other(tmp_path: Path) -> None:
    save(tmp_path, "ear-left", 1)
    save(tmp_path, "ear", 1)
    with pytest.raises(AdaptationError, match="Only 1 different frames"):
        read_own_frames(tmp_path, BUNDLE)


def test_damaged_pictures_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "ear").mkdir()
    (tmp_path / "ear" / "broken.png").write_bytes(b"\x89PNG\r\n")
    told: list[Taken] = []
    with pytest.raises(AdaptationError, match="Only 0 different frames"):
        read_own_frames(tmp_path, BUNDLE, told.append)
    assert [it.name for it in told[0].skipped] == ["ear/broken.png"]


def test_folder_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        read_own_frames(tmp_path, BUNDLE)
