"""A map of a gallery: its vectors in the plane, cases that the model finds alike side by side.

PCA to 30 dimensions, then t-SNE (van der Maaten and Hinton, JMLR 9, 2008) from the first two of
them. Near means alike; distances across the map, and its directions, mean nothing. The map lies
beside the gallery as ``.map.safetensors``: a cache, made again wherever it is of other vectors.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from entdemo.errors import UserError
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import sha256

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

FILE_NAME = ".map.safetensors"
MOST_POINTS = 1_500
_MOST_BYTES = 1 << 20
"""Of a kept map; that of the most points takes 24 KB."""
_METHOD = "pca30-tsne-1"
_DIMENSIONS = 30
_PERPLEXITY = 30
_STEPS = 500
_SEED = 0
_TOO_FEW = 8
_EQUAL = 1e-5

Points = NDArray[np.float32]
Rows = NDArray[np.int64]


class Projection(NamedTuple):
    """Places of cases in the plane.

    Attributes:
        rows: [M] int64, the rows of the gallery that are shown, ascending.
        points: [M, 2] float32, 0 to 1, x to the right and y downwards.
    """

    rows: Rows
    points: Points


def gallery_map(gallery: Gallery, *, keep: bool = True) -> Projection:
    """The gallery's map: all its cases, of a large gallery every n-th.

    It is read from beside the gallery if it is there, else computed, which takes seconds.

    Args:
        gallery: whose vectors are shown.
        keep: leave a computed map beside the gallery, where its folder can be written.
    """
    key = _key(gallery.vectors)
    file = gallery.folder / FILE_NAME
    kept = _read(file, key)
    if kept is not None:
        return kept
    made = project(gallery.vectors)
    if keep:
        _write(file, key, made)
    return made


def project(vectors: NDArray[np.float32]) -> Projection:
    """Compute the map.

    Args:
        vectors: [N, D] float32 of length 1.

    Returns:
        At most ``MOST_POINTS`` rows with their points; the same vectors give the same map.
    """
    rows = shown_rows(len(vectors))
    return Projection(rows, _spread(_plane(vectors[rows])))


def shown_rows(count: int) -> Rows:
    """The rows that the map of a gallery of ``count`` cases shows, ascending."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(np.int64))


def _plane(vectors: NDArray[np.float32]) -> Points:
    if len(vectors) < _TOO_FEW:
        return _principal(vectors, 2)
    from sklearn.manifold import TSNE  # takes seconds to import

    made: Points = TSNE(
        2,
        init="pca",
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3),
        max_iter=_STEPS,
        random_state=_SEED,
    ).fit_transform(_principal(vectors, _DIMENSIONS))
    return made


def _principal(vectors: NDArray[np.float32], count: int) -> Points:
    """[N, count] principal components, each with the sign that makes its largest entry positive;
    zeros where there are fewer."""
    made = np.zeros((len(vectors), count), np.float32)
    if len(vectors):
        left, sizes, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
        parts = (left * sizes)[:, :count]
        signs = np.sign(parts[np.abs(parts).argmax(axis=0), np.arange(parts.shape[1])])
        made[:, : parts.shape[1]] = parts * np.where(signs, signs, 1)
    return made


def _spread(points: Points) -> Points:
    """The points within 0 to 1, one scale for both directions, in the middle."""
    if not len(points):
        return points
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max())
    if side < _EQUAL:
        side = 1.0
    within: Points = ((points - (low + high) / 2) / side + 0.5).clip(0, 1).astype(np.float32)
    return within


def _key(vectors: NDArray[np.float32]) -> str:
    return sha256(_METHOD.encode() + np.ascontiguousarray(vectors).tobytes())


def _read(file: Path, key: str) -> Projection | None:
    try:
        if file.stat().st_size > _MOST_BYTES:
            return None
        with safe_open(file, framework="numpy") as opened:
            if (opened.metadata() or {}).get("key") != key:
                return None
            rows, points = opened.get_tensor("rows"), opened.get_tensor("points")
            return Projection(rows, points)
    except (OSError, SafetensorError, AttributeError, TypeError):  # the last two: no numpy type
        return None


def _write(file: Path, key: str, made: Projection) -> None:
    data = safetensors.numpy.save({"rows": made.rows, "points": made.points}, metadata={"key": key})
    try:
        write_atomically(file, data)
    except UserError:  # a folder that cannot be written is no reason to show no map
        return
