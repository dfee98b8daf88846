"""Where in a JSON file its entries stand, so that a mistake in one of them can be found."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\n\r]*")


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


def entry_places(text: str) -> list[Place]:
    """Places of the entries of a JSON object, by its keys, or of an array.

    Args:
        text: valid JSON of one of both.
    """
    decoder = json.JSONDecoder()
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    at = _after_space(text, 0)
    is_object = text[at] == "{"
    at = _after_space(text, at + 1)
    places = []
    while text[at] not in "}]":
        line = bisect_right(starts, at)
        places.append(Place(line, at - starts[line - 1] + 1))
        _, at = decoder.raw_decode(text, at)
        at = _after_space(text, at)
        if is_object:
            _, at = decoder.raw_decode(text, _after_space(text, at + 1))
            at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return places


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found  # it matches nothing as well
    return found.end()
