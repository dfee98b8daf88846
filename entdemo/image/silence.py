"""Decoders' warnings, which are of no use to whoever handed in a file, kept quiet."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_filters = warnings.catch_warnings()


@contextmanager
def no_warnings() -> Iterator[None]:
    """Ignore warnings in this context, and let other threads be in it at once.

    Filters of warnings belong to the process: the first one in sets them, the last one out restores
    them.
    """
    global _inside, _filters
    with _lock:
        if not _inside:
            _filters = warnings.catch_warnings()
            _filters.__enter__()
            warnings.simplefilter("ignore")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _filters.__exit__(None, None, None)
