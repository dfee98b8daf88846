from __future__ import annotations

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

from entdemo.image.silence import no_warnings


def test_threads_are_quiet_side_by_side_until_the_last_one_leaves() -> None:
    before = list(warnings.filters)
    both, first_left = threading.Barrier(2, timeout=10), threading.Event()

    def first() -> None:
        with no_warnings():
            both.wait()
        first_left.set()

    def second() -> None:
        with no_warnings():
            both.wait()
            assert first_left.wait(10)
            warnings.warn("still quiet", UserWarning, stacklevel=1)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(first), threads.submit(second)]:
            done.result(20)
    assert list(warnings.filters) == before
