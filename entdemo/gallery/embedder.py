"""What makes the vectors of a gallery's frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entdemo.gallery.index import Vectors, unit
from entdemo.image.frame import Frame


@dataclass(frozen=True)
class Embedder:
    """A function from frames to vectors, and what tells its vectors from those of another.

    Attributes:
        embed: [B] frames -> [B, D] float32, of any length but zero; called from several threads.
        embedder_id: id of the weight bundle, ``BundleInfo.embedder_id``.
        preprocess_hash: of the settings with which frames are prepared, ``Preprocess.hash``.
        dim: D.
    """

    embed: Callable[[list[Frame]], NDArray[np.float32]]
    embedder_id: str
    preprocess_hash: str
    dim: int

    def vectors(self, frames: list[Frame]) -> Vectors:
        """Vectors of [B] frames, [B, D] float32 of length 1.

        Raises:
            ValueError: if ``embed`` gives anything but a finite vector of D numbers a frame.
        """
        vectors = unit(np.asarray(self.embed(frames)))
        if vectors.shape != (len(frames), self.dim):
            raise ValueError(
                f"{len(frames)} frames gave {list(vectors.shape)}, not [B, {self.dim}]"
            )
        return vectors

    def made(self, embedder_id: str, preprocess_hash: str) -> bool:
        """Whether vectors of these weights and this preparation are its own."""
        return (embedder_id, preprocess_hash) == (self.embedder_id, self.preprocess_hash)
