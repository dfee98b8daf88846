"""Opening a gallery of a million cases: every file is there, the frames are links to one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import safetensors.numpy

from benchmarks.bench_files import frame_files
from benchmarks.bench_rows import Effort, Row, seconds_of
from benchmarks.bench_search import DIM, KEPT, SEED, graph_file
from benchmarks.bench_vectors import embedding_like
from entdemo.gallery.cases import Case, write_cases
from entdemo.gallery.manifest import (
    CASES,
    FILE_NAME,
    FRAMES,
    INDEX,
    VECTORS,
    FrameMark,
    Manifest,
    Mark,
)
from entdemo.gallery.store import Gallery
from entdemo.storage.files import sha256
from entdemo.taxonomy import CLASSES

COUNT = 1_000_000
_NAME = f"opening a gallery of {COUNT:,} cases, s"
_CAPTION_EN = "Right ear: dull, retracted tympanic membrane with a small perforation in front."
_CAPTION_VI = "Tai phải: màng nhĩ mờ, co lõm, có lỗ thủng nhỏ phía trước."


def open_rows(effort: Effort) -> Iterator[Row]:
    """The whole gallery, as the app opens it; a quick run has no time for that."""
    folder = KEPT / "million"
    if effort.quick or not graph_file(COUNT).is_file():
        yield Row(_NAME, None, "at most", 15.0, "run without --quick")
        return
    if not (folder / FILE_NAME).is_file():
        make(folder)
    opened: list[Gallery] = []
    seconds = seconds_of(lambda: opened.append(Gallery.open(folder)))
    detail = "; ".join(opened[0].notes) or "graph loaded, nothing rebuilt"
    yield Row(_NAME, seconds, "at most", 15.0, detail)


def make(folder: Path) -> None:
    """Write the gallery: a million rows, vectors, the graph, and links in place of frames."""
    frame = frame_files()[0]
    (folder / FRAMES).mkdir(parents=True, exist_ok=True)
    mark = Mark.of(frame.read_bytes())
    cases = [
        Case(
            f"c-{row:012x}", f"{FRAMES}/c-{row:012x}-00000000.jpg", CLASSES[row % 7], "perforation",
            f"{_CAPTION_EN} Case {row}.", f"{_CAPTION_VI} Ca {row}.", "drawn", "CC0-1.0",
            f"g-{row // 10}",
        )
        for row in range(COUNT)
    ]  # fmt: skip
    for case in cases:
        (folder / case.file).symlink_to(frame)
    (folder / CASES).write_bytes(write_cases(cases))
    vectors, _ = embedding_like(COUNT, DIM, SEED)
    (folder / VECTORS).write_bytes(safetensors.numpy.save({"vectors": vectors}))
    del vectors
    shutil.copyfile(graph_file(COUNT), folder / INDEX)
    frames = [
        FrameMark(case_id=case.case_id, file=case.file, size=mark.size, sha256=mark.sha256)
        for case in cases
    ]
    manifest = Manifest(
        bundle="bench", preprocess="bench", dim=DIM, frames=frames,
        files={name: _mark(folder / name) for name in (CASES, VECTORS, INDEX)},
    )  # fmt: skip
    (folder / FILE_NAME).write_bytes(manifest.to_bytes())


def _mark(file: Path) -> Mark:
    data = file.read_bytes()
    return Mark(size=len(data), sha256=sha256(data))
