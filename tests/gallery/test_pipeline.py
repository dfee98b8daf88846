"""Stages at the same time: order, bounds and failures."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from entdemo.gallery.pipeline import in_batches, in_threads


def test_results_come_in_the_order_of_the_items() -> None:
    def late_if_early(item: int) -> int:
        time.sleep(0.02 if item % 3 == 0 else 0)
        return item * 10

    assert list(in_threads(late_if_early, range(20), 4, 8)) == [item * 10 for item in range(20)]


def test_stages_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)
    assert list(in_threads(lambda _: both.wait() >= 0, range(6), 2, 2)) == [True] * 6


def test_only_so_many_items_are_drawn_ahead() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            drawn.append(item)
            yield item

    results = in_threads(lambda item: item, items(), 2, 5)
    assert next(results) == 0
    assert len(drawn) == 5
    assert next(results) == 1
    assert len(drawn) == 6
    results.close()


def test_a_failure_is_raised_in_its_place_and_stops_the_rest() -> None:
    seen: list[int] = []

    def failing(item: int) -> int:
        seen.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    results = in_threads(failing, range(1000), 1, 4)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(seen) <= 8


def test_batches() -> None:
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []
