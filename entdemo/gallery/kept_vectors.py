"""Vectors of a gallery's frames by other weights than its own, kept between runs.

A gallery has the vectors of one bundle. Those of any other bundle are computed once and kept in the
user's data folder, a file for each bundle and gallery, with the sha256 of each frame that they were
computed from. A frame that was added since is computed alone.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from entdemo.errors import StorageError
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.graph_file import is_sound
from entdemo.gallery.index import HnswIndex, Vectors
from entdemo.gallery.manifest import FrameMark
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import read_regular

log = logging.getLogger("entdemo.gallery")

_Progress = Callable[[int, int | None], None]

Embed = Callable[[list[Path], _Progress], Vectors]
"""Computes the vectors of frames, and tells how many of how many are done."""


class Kept(NamedTuple):
    """Vectors [N, D] float32 of length 1 in the order of the frames, and their graph."""

    vectors: Vectors
    graph: HnswIndex


def kept_file(data: Path, folder: Path, embedder: Embedder) -> Path:
    """Where the vectors of a gallery's frames by the weights of ``embedder`` are kept.

    Args:
        data: the user's data folder.
        folder: of the gallery.
        embedder: of other weights than the gallery's.
    """
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    name = f"{embedder.embedder_id}-{embedder.preprocess_hash}-{place}.safetensors"
    return data / "vectors" / name


def kept_vectors(
    file: Path,
    folder: Path,
    frames: Sequence[FrameMark],
    embedder: Embedder,
    embed: Embed,
    progress: _Progress | None = None,
) -> Kept:
    """Read the vectors of a gallery's frames, and compute and keep those that are missing.

    A file that cannot be read counts as missing; one that cannot be written is logged, and the
    vectors serve this once.

    Args:
        file: see ``kept_file``.
        folder: of the gallery.
        frames: marks of its frames.
        embedder: says how long vectors are.
        embed: computes the vectors of some of the frames.
        progress: told how many of all frames have their vectors, from the first on.
    """
    digests = np.array([list(bytes.fromhex(it.sha256)) for it in frames], np.uint8).reshape(-1, 32)
    found = _read(file, embedder.dim)
    if found and np.array_equal(found.digests, digests):
        with suppress(ValueError):
            if is_sound(found.graph, found.vectors):
                return Kept(found.vectors, HnswIndex.from_bytes(found.graph, found.vectors))
    known = {it.tobytes(): row for row, it in enumerate(found.digests)} if found else {}
    vectors = np.zeros((len(frames), embedder.dim), np.float32)
    missing = []
    for row, digest in enumerate(digests):
        at = known.get(digest.tobytes())
        if at is None or found is None:
            missing.append(row)
        else:
            vectors[row] = found.vectors[at]
    if missing:
        told = _Told(len(frames) - len(missing), len(frames), progress)
        vectors[missing] = embed([folder / frames[row].file for row in missing], told)
    index = HnswIndex.build(vectors)
    tensors: dict[str, NDArray[Any]] = {
        "digests": digests,
        "vectors": vectors,
        "graph": np.frombuffer(index.to_bytes(), np.uint8),
    }
    try:
        write_atomically(file, safetensors.numpy.save(tensors))
    except StorageError as error:
        log.warning("the gallery's vectors are not kept: %s", error)
    return Kept(vectors, index)


class _Told:
    """Forwards progress, and logs how long the rest will take once a first part is done."""

    def __init__(self, known: int, total: int, progress: _Progress | None) -> None:
        self._known, self._total, self._progress = known, total, progress
        self._start = time.monotonic()
        self._logged = False
        self._tell(known)

    def __call__(self, done: int, total: int | None) -> None:
        if not self._logged:
            self._logged = True
            left = (time.monotonic() - self._start) / done * (self._total - self._known - done)
            log.warning(
                "embedding %d frames of the gallery with these weights, once: about %.0f s",
                self._total - self._known,
                left,
            )
        self._tell(self._known + done)

    def _tell(self, done: int) -> None:
        if self._progress:
            self._progress(done, self._total)


class _Found(NamedTuple):
    digests: NDArray[np.uint8]
    vectors: Vectors
    graph: bytes


def _read(file: Path, dim: int) -> _Found | None:
    """What a file holds; None where it is missing or anything else."""
    try:
        tensors = safetensors.numpy.load(read_regular(file))
        digests, vectors, graph = (tensors[name] for name in ("digests", "vectors", "graph"))
    except (OSError, KeyError, SafetensorError):
        return None
    fits = (
        vectors.dtype == np.float32
        and vectors.shape == (len(digests), dim)
        and digests.dtype == graph.dtype == np.uint8
        and digests.shape == (len(vectors), 32)
        and bool((np.abs(np.einsum("nd,nd->n", vectors, vectors) - 1) < 2e-3).all())
    )
    return _Found(digests, vectors, graph.tobytes()) if fits else None
