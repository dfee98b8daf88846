"""What could not be used of a data set."""

from __future__ import annotations

from dataclasses import dataclass

from entdemo.errors import UserError


@dataclass(frozen=True)
class Skipped:
    """A picture, or another entry of a data set, that could not be used, and why."""

    name: str
    reason: UserError
