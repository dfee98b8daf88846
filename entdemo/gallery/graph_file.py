"""Whether hnswlib can be trusted with a file: it follows every number in it without a check.

The layout is that of hnswlib 0.8 (``hnswalg.h``, ``saveIndex``): a header; for each element its
links of the lowest level, its vector and its label; then for each element the size of its links
of the upper levels, and those links. A list of links is a count and a fixed number of places.
"""

from __future__ import annotations

import struct
from mmap import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entdemo.gallery.index import Vectors

_HEADER = struct.Struct("<6QiI3QdQ")
_WORD = 4
_LABEL_BYTES = 8
_MAX_LINKS = 256
_BLOCK = 65_536

Words = NDArray[np.uint32]


class _Header(NamedTuple):
    offset_level_0: int
    max_elements: int
    elements: int
    element_bytes: int
    label_offset: int
    data_offset: int
    top_level: int
    entry: int
    links: int
    links_level_0: int
    m: int
    mult: float
    ef_construction: int


def is_sound(data: bytes | mmap, vectors: Vectors) -> bool:
    """Whether every size, link, label and copy of a vector in the file is as it must be.

    Args:
        data: content of a file as ``HnswIndex.to_bytes`` gives it, from anywhere.
        vectors: [N, D] float32, those that the graph should have been built from.
    """
    if len(data) < _HEADER.size:
        return False
    header = _Header(*_HEADER.unpack_from(data))
    lowest_end = _HEADER.size + header.elements * header.element_bytes
    if not _fits(header, vectors) or lowest_end > len(data):
        return False
    if not len(vectors):
        return len(data) == _HEADER.size
    lowest = np.frombuffer(data, np.uint8, lowest_end - _HEADER.size, _HEADER.size)
    upper = _upper_levels(memoryview(data)[lowest_end:], len(vectors), header.links)
    return (
        _lowest_level_fits(lowest.reshape(len(vectors), -1), header, vectors)
        and upper is not None
        and _upper_levels_fit(*upper, header)
    )


def _fits(header: _Header, vectors: Vectors) -> bool:
    """Whether the header states the sizes that follow from the vectors and the number of links."""
    list_bytes = _WORD * (1 + header.links_level_0)
    vector_bytes = vectors.shape[1] * _WORD
    return (
        1 <= header.m <= _MAX_LINKS
        and (header.links, header.links_level_0) == (header.m, 2 * header.m)
        and header.offset_level_0 == 0
        and header.elements == len(vectors)
        and header.data_offset == list_bytes
        and header.label_offset == list_bytes + vector_bytes
        and header.element_bytes == header.label_offset + _LABEL_BYTES
    )


def _lowest_level_fits(elements: NDArray[np.uint8], header: _Header, vectors: Vectors) -> bool:
    """Links to elements that are there, each vector's own copy, and each label once.

    Args:
        elements: [N, bytes of an element].
    """
    seen = np.zeros(len(vectors), np.bool_)
    for start in range(0, len(elements), _BLOCK):
        block = elements[start : start + _BLOCK]
        links, copies, labels = np.split(block, (header.data_offset, header.label_offset), axis=1)
        numbers = labels.view(np.uint64)[:, 0]
        if (numbers >= len(vectors)).any() or not _lists_fit(links.view(np.uint32), len(vectors)):
            return False
        rows = numbers.astype(np.int64)
        if not np.array_equal(copies.view(np.float32), vectors[rows]):
            return False
        seen[rows] = True
    return bool(seen.all())


def _lists_fit(lists: Words, count: int) -> bool:
    """Whether each row is a count of links and that many numbers below ``count``.

    The count takes two bytes; those after it mark what was deleted, which is never done here.
    """
    places = lists.shape[1] - 1
    used = np.arange(places) < lists[:, :1]
    return bool((lists[:, 0] <= places).all() and (lists[:, 1:][used] < count).all())


def _upper_levels(
    data: memoryview, count: int, links: int
) -> tuple[NDArray[np.int64], Words] | None:
    """Levels of each element [N], and all lists of the upper levels [L, 1 + links]."""
    if len(data) % _WORD:
        return None
    words = np.frombuffer(data, np.uint32)
    numbers, places, place = words.tolist(), np.zeros(count, np.int64), 0
    for element in range(count):
        if place >= len(numbers):
            return None
        places[element] = place
        place += 1 + numbers[place] // _WORD
    levels, rest = np.divmod(words[places].astype(np.int64), _WORD * (1 + links))
    if place != len(numbers) or rest.any():
        return None
    return levels, np.delete(words, places).reshape(-1, 1 + links)


def _upper_levels_fit(levels: NDArray[np.int64], lists: Words, header: _Header) -> bool:
    """Whether the search starts at the top, and links lead to elements of their own level."""
    count = len(levels)
    if header.entry >= count or header.top_level != levels[header.entry]:
        return False
    if not _lists_fit(lists, count):
        return False
    owners = np.repeat(np.arange(count), levels)
    of_list = np.arange(len(lists)) - (np.cumsum(levels) - levels)[owners] + 1
    used = np.arange(lists.shape[1] - 1) < lists[:, :1]
    reached = levels[np.where(used, lists[:, 1:], 0)]
    return bool((reached >= of_list[:, None])[used].all() and header.top_level == levels.max())
