"""ZeroGPU: on such a Space a function holds a GPU only while it runs; elsewhere nothing changes.

The Space's own package ``spaces`` must be imported before torch; it lets a network be moved to a
GPU that is only there later, and runs what it decorates in a process that has one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def on_zero_gpu() -> bool:
    """Whether this is a ZeroGPU Space, as the Space itself tells."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def prepare_zero_gpu() -> None:
    """Import what a ZeroGPU Space needs, to be called before torch is imported."""
    if on_zero_gpu():
        import spaces  # noqa: F401


def gpu_task(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function ask for a GPU on a ZeroGPU Space.

    Args:
        function: its arguments and its result travel between processes.

    Returns:
        The decorated function; elsewhere the function itself.
    """
    if not on_zero_gpu():
        return function
    import spaces

    decorated: Callable[P, R] = spaces.GPU(function)
    return decorated
