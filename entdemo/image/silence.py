"""What decoders print of their own, of no use to whoever handed in a file, kept quiet."""

from __future__ import annotations

import ctypes
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from PIL import _imaging

_lock = threading.Lock()
_inside = 0
_filters = warnings.catch_warnings()


@cache
def _quiet_libtiff() -> None:
    """Let Pillow's libtiff write no errors to the terminal; Pillow raises them, and we tell them.

    Pillow turns off libtiff's warnings alone. Where its build does not give the function away, as
    on Windows, the lines stay.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler(None)


@contextmanager
def no_warnings() -> Iterator[None]:
    """Ignore warnings in this context, and let other threads be in it at once; quiet libtiff.

    Filters of warnings belong to the process: the first one in sets them, the last one out restores
    them.
    """
    global _inside, _filters
    _quiet_libtiff()
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
