"""Files of older formats, led to the current one; newer ones are left to newer versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""Content of one format -> content of the next; ``format`` itself is set by `migrated`."""


class NewerFormatError(Exception):
    """The file's format is not known yet; ``found`` is its number."""

    def __init__(self, found: int) -> None:
        self.found = found
        super().__init__(f"format {found}")


def migrated(content: Any, current: int, steps: Mapping[int, Migration]) -> Any:
    """Lead content of an older format to the current one, step by step.

    Args:
        content: what the JSON file held, whatever it is.
        current: the format that this version writes.
        steps: by the format that each starts from.

    Returns:
        The content in the current format; unchanged if its format cannot be told or led there,
        so that the check of its keys refuses it.

    Raises:
        NewerFormatError: the format is above the current one.
    """
    found = _format_of(content)
    if found is not None and found > current:
        raise NewerFormatError(found)
    while found is not None and found in steps:
        content = {**steps[found](content), "format": found + 1}
        found += 1
    return content


def _format_of(content: Any) -> int | None:
    found = content.get("format") if isinstance(content, dict) else None
    return found if type(found) is int else None  # True is no format
