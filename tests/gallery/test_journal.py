"""An ingest that breaks off is taken up again where it stood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, embed, jpeg, new_cases, picture
from entdemo.errors import UserError
from entdemo.gallery.build import add_cases, build_gallery, remove_cases
from entdemo.gallery.intake import NewCase
from entdemo.gallery.journal import FOLDER, Entry, Journal
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.image.frame import Frame
from tests.helpers.file_contents import contents

SIZE = 4
BAD = NewCase(b"no picture", "throat")


class Counting:
    """``embed``, which counts the frames."""

    def __init__(self) -> None:
        self.frames = 0

    def __call__(self, frames: list[Frame]) -> np.ndarray:
        self.frames += len(frames)
        return embed(frames)


def broken_off(folder: Path, items: list[NewCase]) -> None:
    with pytest.raises(UserError, match="not a picture"):
        build_gallery(folder, [*items, BAD], EMBEDDER, batch_size=SIZE)


@pytest.fixture
def items() -> list[NewCase]:
    return [*new_cases(17), NewCase(jpeg(picture(70)), "throat")]


def test_whole_batches_are_not_computed_again(tmp_path: Path, items: list[NewCase]) -> None:
    broken_off(tmp_path / "g", items)
    assert len(list((tmp_path / "g" / FOLDER).iterdir())) >= 2
    counting = Counting()
    again = build_gallery(tmp_path / "g", items, replace(EMBEDDER, embed=counting), batch_size=SIZE)
    assert counting.frames <= len(items) - 2 * SIZE
    build_gallery(tmp_path / "whole", items, EMBEDDER, batch_size=SIZE)
    assert contents(tmp_path / "g") == contents(tmp_path / "whole")
    assert verify_gallery(again.folder) == []


def test_a_frame_that_is_gone_is_stored_again(tmp_path: Path, items: list[NewCase]) -> None:
    broken_off(tmp_path / "g", items)
    for file in (tmp_path / "g" / "frames").iterdir():
        file.unlink()
    build_gallery(tmp_path / "g", items, EMBEDDER, batch_size=SIZE)
    assert verify_gallery(tmp_path / "g") == []


def test_other_weights_start_anew(tmp_path: Path, items: list[NewCase]) -> None:
    broken_off(tmp_path / "g", items)
    counting = Counting()
    other = replace(EMBEDDER, embed=counting, embedder_id="weights-2")
    build_gallery(tmp_path / "g", items, other, batch_size=SIZE)
    assert counting.frames == len(items)
    assert not (tmp_path / "g" / FOLDER).exists()


def test_damage_is_computed_again(tmp_path: Path, items: list[NewCase]) -> None:
    broken_off(tmp_path / "g", items)
    for number, file in enumerate(sorted((tmp_path / "g" / FOLDER).iterdir())):
        file.write_bytes(b"" if number else file.read_bytes()[:-20])
    counting = Counting()
    build_gallery(tmp_path / "g", items, replace(EMBEDDER, embed=counting), batch_size=SIZE)
    assert counting.frames == len(items)


def test_adding_is_taken_up_again_and_any_other_change_clears_up(
    tmp_path: Path, items: list[NewCase]
) -> None:
    folder = tmp_path / "g"
    build_gallery(folder, new_cases(3, start=30), EMBEDDER)
    before = contents(folder)
    with pytest.raises(UserError):
        add_cases(folder, [*items, BAD], EMBEDDER, batch_size=SIZE)
    counting = Counting()
    add_cases(folder, items, replace(EMBEDDER, embed=counting), batch_size=SIZE)
    assert counting.frames < len(items)
    remove_cases(folder, [case.case_id for case in Gallery.open(folder).cases[3:]])
    assert contents(folder) == before
    with pytest.raises(UserError):
        add_cases(folder, [*items, BAD], EMBEDDER, batch_size=SIZE)
    remove_cases(folder, [])
    assert contents(folder) == before


def test_vectors_that_no_network_gives_are_not_taken_up(tmp_path: Path) -> None:
    entry = Entry("source", "c-1", "frames/c-1.jpg", 10, "0" * 64)
    for vector in (np.full(16, np.nan), np.full(16, 3.0)):
        Journal(tmp_path, EMBEDDER).add([entry], vector[None].astype(np.float32))
        assert Journal(tmp_path, EMBEDDER).find("source") is None


def test_processes_see_what_others_added(tmp_path: Path) -> None:
    ours, theirs = (Journal(tmp_path, EMBEDDER) for _ in range(2))
    entry = Entry("source", "c-1", "frames/c-1.jpg", 10, "0" * 64)
    vector = np.full(16, 0.25, np.float32)
    theirs.add([entry], vector[None])
    assert ours.find("source") is None
    ours.read()
    found = ours.find("source")
    assert found is not None
    assert found[0] == entry
    assert np.array_equal(found[1], vector)
    assert ours.frames == {"frames/c-1.jpg"}
