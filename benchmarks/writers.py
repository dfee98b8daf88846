"""Do processes that add to one gallery at once lose anything?

``python -m benchmarks.writers --frames 500`` lets two processes add 500 drawn frames each to the
same gallery, while a third opens it again and again. All 1,000 cases must be there, searches must
find what comparing with every vector finds, and the reader must never have met a half-written
state. Exit code 1 otherwise.
"""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.boundary import guarded
from entdemo.cli.output import Json, out, print_json
from entdemo.gallery.build import add_cases, build_gallery
from entdemo.gallery.index import ExactIndex
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.storage import files

_PATIENCE = 300.0
_K = 10


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        cases: in the gallery at the end.
        wanted: how many there should be.
        problems: what is wrong with the gallery, its searches, a writer or the reader.
        looks: how often the reader opened the gallery meanwhile.
        seconds: until both writers were done.
    """

    cases: int
    wanted: int
    problems: list[str]
    looks: int
    seconds: float


def write_at_once(folder: Path, frames: int, writers: int = 2) -> Outcome:
    """Add ``frames`` drawn cases in each of ``writers`` processes, all started together."""
    build_gallery(folder, [], EMBEDDER)
    context = multiprocessing.get_context("fork")
    stop, looks = context.Event(), context.Value("i", 0)
    adders = [context.Process(target=_add, args=(folder, frames, n)) for n in range(writers)]
    reader = context.Process(target=_read, args=(folder, stop, looks))
    start = time.perf_counter()
    for process in (reader, *adders):
        process.start()
    for adder in adders:
        adder.join()
    seconds = time.perf_counter() - start
    stop.set()
    reader.join()
    ended = [f"a process ended with {p.exitcode}" for p in (reader, *adders) if p.exitcode]
    gallery = Gallery.open(folder)
    problems = [*ended, *map(str, verify_gallery(folder)), *_search_problems(gallery)]
    return Outcome(len(gallery.cases), frames * writers, problems, looks.value, seconds)


def _add(folder: Path, frames: int, number: int) -> None:
    files.LOCK_SECONDS = _PATIENCE
    add_cases(folder, new_cases(frames, start=number * frames), EMBEDDER)


def _read(folder: Path, stop: Event, looks: Synchronized[int]) -> None:
    """Open the gallery until told to stop; an error ends the process with 1."""
    while not stop.is_set():
        gallery = Gallery.open(folder)
        if len(gallery.cases) != len(gallery.vectors):
            raise RuntimeError("cases and vectors do not fit each other")
        looks.value += 1
        time.sleep(0.05)


def _search_problems(gallery: Gallery) -> Iterator[str]:
    found = gallery.search(gallery.vectors, _K)
    rows, _ = ExactIndex(gallery.vectors).search(gallery.vectors, _K)
    for query, (hits, expected) in enumerate(zip(found, rows, strict=True)):
        cosines = [hit.similarity for hit in hits]
        exact = gallery.vectors[expected] @ gallery.vectors[query]
        if not np.allclose(cosines, exact, atol=1e-5):
            yield f"another answer than the exact one for {gallery.cases[query].case_id}"


def main(
    frames: Annotated[int, typer.Option(min=1, help="Frames that each process adds.")] = 500,
    writers: Annotated[int, typer.Option(min=1, help="Processes that add.")] = 2,
    json: Json = False,
) -> None:
    """Let processes add to one gallery at once; exit code 1 if a case or an answer is lost."""
    with tempfile.TemporaryDirectory() as name:
        outcome = write_at_once(Path(name) / "gallery", frames, writers)
    if json:
        print_json(asdict(outcome))
    else:
        out.print("\n".join(outcome.problems) or "Searches find what exact ones find.")
        out.print(
            f"{outcome.cases} of {outcome.wanted} cases after {outcome.seconds:.1f} s; "
            f"opened {outcome.looks} times meanwhile."
        )
    raise typer.Exit(1 if outcome.problems or outcome.cases != outcome.wanted else 0)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
