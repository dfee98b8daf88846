"""Cases that show the same picture, though not the same pixels: encoded again or scaled.

Near vectors say where to look, a perceptual hash decides: the signs of brightness differences in a
small grey copy, as in dHash (N. Krawetz, "Kind of like that", 2013), which other encodings and
sizes hardly change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from entdemo.gallery.cases import Case

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

_SIDE = 16
_MAX_DISTANCE = 16
"""Of 256 bits; another encoding or size changes about ten at most, another picture a hundred."""
_MIN_COSINE = 0.98
_LOOKED_AT = 4

Hash = NDArray[np.uint8]


def perceptual_hash(image: Image.Image) -> Hash:
    """[32] uint8: 256 bits that stay nearly the same when the picture is saved otherwise."""
    small = image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1])


def _stored_hash(file: Path) -> Hash:
    """Hash of a stored frame, which is decoded at an eighth of its size."""
    with JpegImageFile(file) as image:
        image.draft("L", (2 * _SIDE, 2 * _SIDE))
        return perceptual_hash(image)


def distance(first: Hash, second: Hash) -> int:
    """How many bits differ."""
    return int(np.bitwise_count(first ^ second).sum())


def lookalikes(gallery: Gallery, rows: Sequence[int]) -> Iterator[tuple[Case, Case]]:
    """Pairs of a case in one of ``rows`` and another that shows the same picture, each once."""

    hashed = lru_cache(maxsize=1024)(_stored_hash)
    told: set[frozenset[str]] = set()
    for row in rows:
        case = gallery.cases[row]
        for hit in gallery.search(gallery.vectors[row], _LOOKED_AT)[0]:
            pair = frozenset((case.case_id, hit.case.case_id))
            if hit.similarity < _MIN_COSINE or len(pair) == 1 or pair in told:
                continue
            files = gallery.frame_path(case), gallery.frame_path(hit.case)
            if distance(hashed(files[0]), hashed(files[1])) <= _MAX_DISTANCE:
                told.add(pair)
                yield case, hit.case
