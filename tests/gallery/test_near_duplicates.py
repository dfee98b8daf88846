"""The same picture is recognised in another file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases, picture
from benchmarks.fixtures.pictures import saved
from entdemo.gallery.build import add_cases, build_gallery
from entdemo.gallery.intake import NewCase
from entdemo.gallery.near_duplicates import distance, lookalikes, perceptual_hash
from entdemo.image.frame import frame_from_array, load_frame


def saved_otherwise(seed: int) -> dict[str, np.ndarray]:
    """Copies of a picture with other pixels, [H, W, 3] uint8."""
    pixels = picture(seed)
    image = Image.fromarray(pixels)
    return {
        "encoded": load_frame(saved(pixels, "JPEG", quality=60)).rgb,
        "larger": np.asarray(image.resize((128, 96), Image.Resampling.BICUBIC)),
        "brighter": np.clip(pixels.astype(int) + 12, 0, 255).astype(np.uint8),
    }


@pytest.mark.parametrize("kind", ["encoded", "larger", "brighter"])
def test_copies_hash_alike_and_others_do_not(kind: str) -> None:
    for seed in range(10):
        original = perceptual_hash(Image.fromarray(picture(seed)))
        copy = perceptual_hash(Image.fromarray(saved_otherwise(seed)[kind]))
        other = perceptual_hash(Image.fromarray(picture(seed + 100)))
        assert distance(original, copy) <= 16
        assert distance(original, other) > 60


def test_a_mirrored_picture_is_another(tmp_path: Path) -> None:
    mirrored = NewCase(frame_from_array(np.ascontiguousarray(picture(1)[:, ::-1])), "nose-left")
    gallery = build_gallery(tmp_path / "g", [*new_cases(3), mirrored], EMBEDDER)
    assert list(lookalikes(gallery, range(4))) == []


def test_each_pair_is_told_once(tmp_path: Path) -> None:
    copies = [NewCase(frame_from_array(saved_otherwise(1)[kind]), "nose-left")
              for kind in ("encoded", "larger")]  # fmt: skip
    gallery = build_gallery(tmp_path / "g", [*new_cases(5), *copies], EMBEDDER)
    pairs = {frozenset(case.case_id for case in pair) for pair in lookalikes(gallery, range(7))}
    ids = [gallery.cases[row].case_id for row in (1, 5, 6)]
    assert pairs == {frozenset(ids[:2]), frozenset(ids[::2]), frozenset(ids[1:])}


def test_adding_notes_what_looks_like_a_case_that_is_there(tmp_path: Path) -> None:
    build_gallery(tmp_path / "g", new_cases(5), EMBEDDER)
    copy = NewCase(frame_from_array(saved_otherwise(2)["encoded"]), "ear-right")
    grown = add_cases(tmp_path / "g", [copy], EMBEDDER)
    assert len(grown.cases) == 6
    assert grown.notes == (
        f"{grown.cases[5].case_id} looks like {grown.cases[2].case_id}, only saved otherwise",
    )
