"""A gallery that grows is not made anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, embed, new_cases
from entdemo.gallery.build import add_cases, build_gallery, remove_cases
from entdemo.gallery.store import Gallery
from entdemo.image.frame import Frame


def stamps(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in (folder / "frames").iterdir()}


def test_only_new_frames_are_embedded_and_written(folder: Path) -> None:
    embedded: list[Frame] = []

    def counted(frames: list[Frame]) -> np.ndarray:
        embedded.extend(frames)
        return embed(frames)

    before, vectors = stamps(folder), Gallery.open(folder).vectors
    grown = add_cases(
        folder, [*new_cases(3), *new_cases(5, start=40)], replace(EMBEDDER, embed=counted)
    )
    assert len(embedded) == 5
    assert {name: stamps(folder)[name] for name in before} == before
    assert len(stamps(folder)) == len(grown.cases) == 26
    assert np.array_equal(grown.vectors[:21], vectors)


def test_removing_embeds_and_writes_no_frame(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stamps(folder)
    gallery = Gallery.open(folder)
    monkeypatch.setattr("entdemo.gallery.store.load_frame", lambda *_: pytest.fail("read"))
    remove_cases(folder, [gallery.cases[4].case_id])
    left = stamps(folder)
    assert left == {name: before[name] for name in left}
    assert len(left) == 20


def test_a_damaged_frame_is_written_again(folder: Path) -> None:
    case = Gallery.open(folder).cases[2]
    whole = (folder / case.file).read_bytes()
    (folder / case.file).write_bytes(whole[:-9] + b"x" + whole[-8:])
    build_gallery(folder, new_cases(21), EMBEDDER)
    assert (folder / case.file).read_bytes() == whole
