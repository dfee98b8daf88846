"""What could not be used of a folder or a data set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entdemo.errors import MOST_NAMED, UserError


@dataclass(frozen=True)
class Skipped:
    """A picture, or another entry of a data set, that could not be used, and why.

    Attributes:
        name: of the picture or entry.
        reason: why.
        place: file, line and column where it is named, if a file names it.
    """

    name: str
    reason: UserError
    place: str = ""

    @property
    def told(self) -> str:
        """Its name and place."""
        return f"“{self.name}” ({self.place})" if self.place else f"“{self.name}”"


def skipped_lines(skipped: Sequence[Skipped]) -> Iterator[str]:
    """What was skipped and why; of many for one reason, the first few and how many more."""
    by_reason: dict[str, list[Skipped]] = defaultdict(list)
    for entry in skipped:
        by_reason[entry.reason.key].append(entry)
    for own in by_reason.values():
        for entry in own[:MOST_NAMED]:
            yield f"Skipped {entry.told}: {entry.reason}"
        if len(own) > MOST_NAMED:
            yield f"Skipped for the same reason: {len(own) - MOST_NAMED} more."
