"""A gallery of teaching cases in a folder: open it and search it.

``cases.csv`` (see ``cases``), ``frames/``, ``vectors.safetensors``, ``index.hnsw`` and
``gallery.json`` (see ``manifest``, also for what a crash leaves). ``cases.csv`` may be edited:
captions, classes and order are taken as they stand, and a case whose row was deleted is left out.
The HNSW file is a cache of the vectors and is rebuilt wherever it is not the one that was written.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entdemo.errors import GalleryError
from entdemo.gallery.cases import Case
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.graph_file import is_sound
from entdemo.gallery.index import ExactIndex, HnswIndex, VectorIndex, Vectors
from entdemo.gallery.kept_vectors import kept_file, kept_vectors
from entdemo.gallery.manifest import State
from entdemo.gallery.pipeline import in_batches, in_threads
from entdemo.gallery.reading import read_consistent, read_vectors
from entdemo.image.frame import load_frame
from entdemo.settings import Settings
from entdemo.storage.files import MappedFile
from entdemo.storage.skipped import Skipped

Progress = Callable[[int, int | None], None]
"""Called with how many are done, of how many (None while that is not known)."""

BATCH_SIZE = 64


class Hit(NamedTuple):
    """A case that was found, and its cosine with the query."""

    case: Case
    similarity: float


class Gallery:
    """Cases and their vectors in memory; safe to search from several threads.

    Attributes:
        folder: where it lies.
        cases: in the order of the rows of ``vectors``.
        vectors: [N, D] float32 of length 1, read-only.
        embedder_id: id of the weight bundle that made the vectors.
        preprocess_hash: hash of the settings with which frames were prepared for it.
        notes: what an operator should know, in English: duplicates, a rebuilt index.
        index: finds rows of ``vectors``.
        left_out: pictures that could not be read in the change that made it.
    """

    def __init__(
        self,
        folder: Path,
        cases: tuple[Case, ...],
        vectors: Vectors,
        embedder_id: str,
        preprocess_hash: str,
        *,
        index: VectorIndex | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Use ``Gallery.open``; without ``index`` search is exact."""
        self.folder = folder
        self.cases = cases
        self.vectors = vectors
        self.vectors.setflags(write=False)
        self.embedder_id = embedder_id
        self.preprocess_hash = preprocess_hash
        self.notes = notes
        self.left_out: tuple[Skipped, ...] = ()
        self.index = index or ExactIndex(vectors)

    @classmethod
    def open(
        cls,
        path: str | Path,
        embedder: Embedder | None = None,
        progress: Progress | None = None,
    ) -> Gallery:
        """Open a gallery; nothing is written to it.

        Args:
            path: its folder.
            embedder: whose vectors are wanted; where those in the folder are not its own, it
                computes them, and they are kept for the next time, see ``kept_vectors``. None
                takes what is there.
            progress: told how many frames have their vectors, while some are computed.

        Raises:
            UserError: if there is no gallery, or it was damaged.
        """
        folder = Path(path)

        def content(state: State) -> tuple[Vectors, HnswIndex | None] | None:
            found = state.manifest
            fits = embedder is None or embedder.made(found.bundle, found.preprocess)
            return _content(state) if fits else None

        with _uncollected():
            state, kept, found = read_consistent(folder, content)
            if found:
                return _opened(folder, state, kept, *found)
        assert embedder is not None
        frames = [state.manifest.frames[row] for row, _ in kept]

        def embed(files: list[Path], told: Progress) -> Vectors:
            return embedded(files, embedder, progress=told)

        file = kept_file(Settings().data, folder, embedder)
        vectors, graph = kept_vectors(file, folder, frames, embedder, embed, progress)
        note = f"vectors of {state.manifest.bundle} were replaced by those of these weights"
        made_by = embedder.embedder_id, embedder.preprocess_hash
        index = _chosen_index(folder, embedder.embedder_id, vectors, graph)
        cases = tuple(case for _, case in kept)
        return cls(folder, cases, vectors, *made_by, index=index, notes=(note,))

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        where: Callable[[Case], bool] | None = None,
    ) -> list[list[Hit]]:
        """Most similar cases, most similar first.

        Args:
            queries: [Q, D] or [D] float32, finite and not zero.
            k: how many; fewer come back only where there are fewer.
            where: which cases may be found.

        Returns:
            A list of hits a query.

        Raises:
            ValueError: if the queries do not fit.
        """
        allowed = None
        if where is not None:
            allowed = np.fromiter((where(case) for case in self.cases), bool, len(self.cases))
        ids, cosines = self.index.search(np.atleast_2d(queries), k, allowed)
        return [
            [Hit(self.cases[row], float(cosine)) for row, cosine in zip(*found, strict=True)]
            for found in zip(ids, cosines, strict=True)
        ]

    def case(self, case_id: str) -> Case:
        """The case of this id.

        Raises:
            UserError: if there is none.
        """
        found = self.find(case_id)
        if found is None:
            raise GalleryError("gallery.no_such_case", case_id=case_id)
        return found

    def find(self, case_id: str) -> Case | None:
        """The case of this id; None if there is none."""
        return self._by_id.get(case_id)

    @cached_property
    def _by_id(self) -> dict[str, Case]:
        return {case.case_id: case for case in self.cases}

    def frame_path(self, case: Case) -> Path:
        """The case's JPEG file."""
        return self.folder / case.file


def embedded(
    files: list[Path],
    embedder: Embedder,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
) -> Vectors:
    """Vectors of stored frames.

    Returns:
        [N, D] float32 of length 1.

    Raises:
        ValueError: see ``Embedder.vectors``.
    """
    frames = in_threads(load_frame, files, threads=2, ahead=2 * batch_size)
    batches = in_batches(frames, batch_size)
    parts = [np.zeros((0, embedder.dim), np.float32)]
    done = 0
    for part in in_threads(embedder.vectors, batches, threads=2, ahead=2):
        parts.append(part)
        done += len(part)
        if progress:
            progress(done, len(files))
    return np.concatenate(parts)


def _chosen_index(
    folder: Path, embedder_id: str, vectors: Vectors, graph: HnswIndex | None
) -> VectorIndex:
    """Milvus where ENTDEMO_INDEX names one; else the graph, built where none was saved."""
    settings = Settings()
    if settings.index:
        from entdemo.gallery.milvus import Database, MilvusIndex

        token = settings.index_token.get_secret_value()
        database = Database(settings.index, token, settings.index_certificate)
        return MilvusIndex.open(database, vectors, f"{folder.resolve()} {embedder_id}")
    return graph or HnswIndex.build(vectors)


def _content(state: State) -> tuple[Vectors, HnswIndex | None]:
    vectors = read_vectors(state)
    return vectors, None if state.index is None else _loaded(state.index, vectors)


def _opened(
    folder: Path,
    state: State,
    kept: list[tuple[int, Case]],
    vectors: Vectors,
    index: HnswIndex | None,
) -> Gallery:
    notes = []
    if len(kept) < len(vectors):
        notes.append(f"left out for want of a row in cases.csv: {len(vectors) - len(kept)}")
        vectors, index = vectors[[row for row, _ in kept]], None
    if index is None:
        notes.append("the HNSW index was rebuilt from the vectors")
    cases = tuple(case for _, case in kept)
    if not state.cases_unchanged:
        notes.append("cases.csv was edited since the last change and is taken as it stands")
    made_by = state.manifest.bundle, state.manifest.preprocess
    chosen = _chosen_index(folder, state.manifest.bundle, vectors, index)
    return Gallery(folder, cases, vectors, *made_by, index=chosen, notes=tuple(notes))


def _loaded(file: MappedFile, vectors: Vectors) -> HnswIndex | None:
    if not is_sound(file.data, vectors):  # its hash says only that it fits gallery.json
        return None
    if not isinstance(file.data, bytes):
        with suppress(ValueError):
            loaded = HnswIndex.load(file.path, vectors)
            if file.is_there():  # else a writer replaced it, perhaps before it was loaded
                return loaded
    with suppress(ValueError):
        return HnswIndex.from_bytes(file.data, vectors)
    return None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python's garbage collection off: on a million new objects it takes as long as making them."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
