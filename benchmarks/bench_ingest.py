"""Ingest of many JPEG files: its rate against the encoder's, and its memory."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
from PIL import Image

from benchmarks.bench_files import frame_files
from benchmarks.bench_models import SOURCES, rates_around, varied
from benchmarks.bench_rows import Effort, Row
from entdemo.gallery.build import build_gallery
from entdemo.gallery.intake import NewCase
from entdemo.image.frame import load_frame
from entdemo.inference.engine import BATCH
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS
from entdemo.taxonomy import CLASSES

_SAMPLED_EVERY_S = 0.05
_MANY = 5_000
_RATE_S = 600
"""Seconds that the paper's network may take: without bf16 units, 5,000 frames are half an hour."""


def ingest_rows(predictor: Predictor, effort: Effort) -> Iterator[Row]:
    """The rate with the paper's network, memory and rate with the shipped one.

    Memory is held against that of a tenth of the frames.
    """
    shipped = Predictor.open(str(DEFAULT_WEIGHTS), str(DEFAULT_GALLERY), "cpu")
    many = effort.of(_MANY, 80)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_jpegs(folder / "frames", many)
        paper, _ = _rate("ViT-B/16", predictor, files, folder / "paper", effort)
        _, few_peak = ingest(shipped, files[: many // 10], folder / "few")
        ours, peak = _rate("shipped bundle", shipped, files, folder / "many", effort)
    yield replace(paper, limit=0.85)
    yield ours
    yield Row(
        f"peak memory of {many:,} beyond that of {many // 10:,}, GB", (peak - few_peak) / 2**30,
        "at most", 1.5, f"{peak / 2**30:.2f} GB / {few_peak / 2**30:.2f} GB",
    )  # fmt: skip


def _rate(
    name: str, predictor: Predictor, files: list[Path], folder: Path, effort: Effort
) -> tuple[Row, int]:
    """The row of an ingest, and its peak of memory in bytes."""
    with rates_around(predictor, BATCH, effort, views=1) as rates:
        taken = files[: max(effort.of(2, 1) * BATCH, int(rates[0] * effort.of(_RATE_S, 5)))]
        seconds, peak = ingest(predictor, taken, folder)
    rate, encoder = len(taken) / seconds, statistics.mean(rates)
    row = Row(
        f"ingest of {len(taken):,} JPEGs / encoder's batch rate, {name}", rate / encoder,
        "at least", detail=f"{rate:.1f} / {encoder:.1f} frames/s",
    )  # fmt: skip
    return row, peak


def write_jpegs(folder: Path, count: int) -> list[Path]:
    """That many different pictures of 640 x 480."""
    folder.mkdir()
    sources = [load_frame(file) for file in frame_files()[:SOURCES]]
    files = []
    for number in range(count):
        picture = varied(sources[number % len(sources)], number)
        files.append(folder / f"{number:05}.jpg")
        Image.fromarray(picture).save(files[-1], quality=90)
    return files


def ingest(predictor: Predictor, files: list[Path], folder: Path) -> tuple[float, int]:
    """Seconds of building a gallery, and this process's peak of resident memory in bytes."""
    # Copies of a frame keep its class: two that end up alike are one case, not a contradiction.
    items = [NewCase(file, CLASSES[number % SOURCES % 7]) for number, file in enumerate(files)]
    with Peak() as peak:
        start = time.perf_counter()
        build_gallery(folder, items, predictor.embedder)
        return time.perf_counter() - start, peak.highest


class Peak:
    """Watches resident memory while it is entered."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.highest = 0

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLED_EVERY_S):
            self.highest = max(self.highest, self._process.memory_info().rss)
