"""What an ingest has finished, so that it can be broken off and started again.

Beside the gallery, under ``.ingest``, lies one safetensors file for each whole batch: its vectors,
and what they were made of. An ingest that starts again with the same weights takes from there what
it would compute, and the commit of the gallery removes it. Several processes that ingest shares of
the same pictures write into it side by side.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from entdemo.gallery.cases import FRAME_FILE
from entdemo.gallery.embedder import Embedder
from entdemo.storage.atomic import write_atomically

FOLDER = ".ingest"
_FORMAT = "1"
_ROUNDING = 1e-3


@dataclass(frozen=True)
class Entry:
    """A picture that was taken in.

    Attributes:
        source: hash of what the picture was made from.
        case_id: of its pixels.
        file: of the frame, inside the gallery.
        size: of that file in bytes.
        sha256: of that file.
    """

    source: str
    case_id: str
    file: str
    size: int
    sha256: str


class Journal:
    """Finished batches of one ingest; safe to add to from several threads and processes.

    Args:
        folder: of the gallery.
        embedder: of the ingest; batches of another one are not known and are removed.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder / FOLDER
        self._made_by = {
            "format": _FORMAT, "bundle": embedder.embedder_id,
            "preprocess": embedder.preprocess_hash,
        }  # fmt: skip
        self._known: dict[str, tuple[Entry, NDArray[np.float32]]] = {}
        self.read()

    @property
    def frames(self) -> frozenset[str]:
        """Files that must not be swept away."""
        return frozenset(entry.file for entry, _ in self._known.values())

    def read(self) -> None:
        """Take up what lies in the folder, also what other processes have added."""
        for file in sorted(self._folder.glob("*.safetensors")):
            try:
                self._take_up(file)
            except (OSError, ValueError, KeyError, TypeError, SafetensorError):
                with suppress(OSError):  # of other weights, or damaged: it is computed again
                    file.unlink(missing_ok=True)

    def find(self, source: str) -> tuple[Entry, NDArray[np.float32]] | None:
        """Entry and [D] vector of a source, None where it was not finished."""
        return self._known.get(source)

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Keep a batch.

        Args:
            entries: B entries.
            vectors: [B, D] float32 of length 1.

        Raises:
            UserError: if the disk does not take it.
        """
        self._folder.mkdir(exist_ok=True)
        rows = json.dumps([asdict(entry) for entry in entries])
        metadata = {**self._made_by, "entries": rows}
        name = hashlib.sha256(rows.encode()).hexdigest()[:24]
        data = safetensors.numpy.save({"vectors": vectors}, metadata)
        write_atomically(self._folder / f"{name}.safetensors", data)

    def remove(self) -> None:
        """Forget everything; the gallery holds it now."""
        discard_journal(self._folder.parent)
        self._known.clear()

    def _take_up(self, file: Path) -> None:
        with safe_open(file, "numpy") as opened:
            metadata: dict[str, Any] = opened.metadata() or {}
            if any(metadata.get(key) != value for key, value in self._made_by.items()):
                raise ValueError("of other weights")
            entries = [Entry(**row) for row in json.loads(metadata["entries"])]
            vectors = opened.get_tensor("vectors")
        if not (np.abs(np.linalg.norm(vectors, axis=1) - 1) < _ROUNDING).all():  # false for NaN
            raise ValueError("vectors of another length")
        if not all(re.fullmatch(FRAME_FILE, entry.file) for entry in entries):
            raise ValueError("a file that is no frame of this gallery")
        for entry, vector in zip(entries, vectors, strict=True):
            self._known[entry.source] = entry, vector


def discard_journal(folder: Path) -> None:
    """Remove what an ingest into the gallery at ``folder`` left."""
    if (folder / FOLDER).exists():
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
