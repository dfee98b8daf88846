"""How far learning is, and where it stops when it is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Told how many of how many steps are done; whatever it raises ends the learning."""


class Steps:
    """Counts steps and tells them.

    Args:
        total: steps that are expected; where fewer come, the last ones are never told.
        progress: told after each step; None where nobody asks.
    """

    def __init__(self, total: int = 0, progress: Progress | None = None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0

    def take(self, count: int = 1) -> None:
        """Tell that so many more steps are done."""
        self._done += count
        if self._progress:
            self._progress(min(self._done, self._total), self._total)
