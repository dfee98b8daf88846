"""Names of files in one form, in which tables and disks can be compared."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import PurePosixPath

_MOST_BYTES = 255
"""Of a file's name on most systems."""
_LONGEST_ENDING = 16


def comparable(path: str) -> str:
    """A path without differences that systems and spreadsheets make.

    These are case, composed or decomposed letters, spaces beside a name or several within it, and
    the direction of the slashes.
    """
    return "/".join(comparable_name(part) for part in path.replace("\\", "/").split("/"))


def comparable_name(name: str) -> str:
    """One part of a path, likewise."""
    composed = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", " ".join(composed.split()))


def fitting(name: str) -> str:
    """A file's name that most systems take: of a longer one the beginning, a hash and the ending.

    A letter may take four bytes, and half of a pair of UTF-16 is none.
    """
    name = name.encode("utf-8", "replace").decode()
    if len(name.encode()) <= _MOST_BYTES:
        return name
    ending = PurePosixPath(name).suffix
    tail = f"~{hashlib.sha256(comparable_name(name).encode()).hexdigest()[:16]}"
    tail += ending if len(ending.encode()) <= _LONGEST_ENDING else ""
    return name.encode()[: _MOST_BYTES - len(tail.encode())].decode("utf-8", "ignore") + tail
