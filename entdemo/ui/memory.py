"""Keeps a long-running server's memory flat.

glibc gives each thread an arena of its own and hands freed pages back only from an arena's end.
Under many visitors, decoded frames of dozens of threads leave holes that are never returned, so
resident memory climbs though nothing is held. Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
from functools import partial

from entdemo.ui.periodic import every

_M_ARENA_MAX = -8
"""Of ``mallopt`` in glibc's ``malloc.h``."""
_ARENAS = 2
_TRIM_EVERY_S = 20.0


def keep_memory_flat() -> bool:
    """Share few arenas, and return what is free to the system from time to time.

    Returns:
        Whether this system's allocator can be told so.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    if not (hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim")):
        return False
    libc.mallopt(_M_ARENA_MAX, _ARENAS)
    every(_TRIM_EVERY_S, partial(libc.malloc_trim, 0), "trim")
    return True
