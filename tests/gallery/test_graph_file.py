"""A file is given to hnswlib only if following its numbers leads nowhere else."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from entdemo.gallery.graph_file import is_sound
from entdemo.gallery.index import HnswIndex, unit

HEADER = 96
M = 16
DIM = 8
LIST = 4 * (1 + 2 * M)
ELEMENT = LIST + 4 * DIM + 8


def vectors(count: int) -> np.ndarray:
    return unit(np.random.default_rng(count).normal(size=(count, DIM)))


@pytest.mark.parametrize("count", [0, 1, 2, 33, 700])
def test_what_was_built_is_sound(count: int) -> None:
    rows = vectors(count)
    data = HnswIndex.build(rows).to_bytes()
    assert is_sound(data, rows)
    assert not is_sound(data + b"\0", rows)
    assert not is_sound(data[:-1], rows)
    assert not is_sound(data, vectors(count + 1))


def test_other_vectors_or_another_order_are_noticed() -> None:
    rows = vectors(40)
    data = HnswIndex.build(rows).to_bytes()
    assert not is_sound(data, rows[::-1].copy())
    assert not is_sound(data, rows[:, :4].copy())


ROWS = vectors(300)
WHOLE = HnswIndex.build(ROWS).to_bytes()
UPPER = HEADER + 300 * ELEMENT


def first_upper_list() -> int:
    """Place of the first list of an upper level."""
    place = UPPER
    while struct.unpack_from("<I", WHOLE, place)[0] == 0:
        place += 4
    return place + 4


@pytest.mark.parametrize(
    ("place", "form", "value"),
    [
        (0, "<Q", 8),
        (16, "<Q", 299),
        (24, "<Q", ELEMENT - 4),
        (32, "<Q", LIST),
        (40, "<Q", 0),
        (48, "<i", 9),
        (52, "<I", 300),
        (56, "<Q", M + 1),
        (64, "<Q", M),
        (72, "<Q", 1 << 40),
        (HEADER, "<I", 2 * M + 1),
        (HEADER + 4, "<I", 300),
        (HEADER + LIST, "<f", 0.5),
        (HEADER + LIST + 4 * DIM, "<Q", 5),
        (UPPER, "<I", 3),
        (first_upper_list(), "<I", M + 1),
        (first_upper_list() + 4, "<I", 300),
    ],
)
def test_each_number_that_is_followed_is_checked(place: int, form: str, value: float) -> None:
    data = bytearray(WHOLE)
    struct.pack_into(form, data, place, value)
    assert not is_sound(bytes(data), ROWS)


def test_a_link_to_an_element_below_its_level_is_noticed() -> None:
    sizes, place = [], UPPER
    for _ in range(300):
        sizes.append(struct.unpack_from("<I", WHOLE, place)[0])
        place += 4 + sizes[-1]
    ground = sizes.index(0)
    data = bytearray(WHOLE)
    struct.pack_into("<I", data, first_upper_list() + 4, ground)
    assert not is_sound(bytes(data), ROWS)


def test_noise_is_no_graph() -> None:
    rng = np.random.default_rng(0)
    for length in (0, 10, HEADER, HEADER + 1, len(WHOLE)):
        assert not is_sound(rng.bytes(length), ROWS)
        assert not is_sound(WHOLE[:HEADER] + rng.bytes(length), ROWS)
