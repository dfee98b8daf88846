"""Names of files in one form, in which tables and disks can be compared."""

from __future__ import annotations

import unicodedata


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
