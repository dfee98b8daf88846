"""Text of people as files and fonts can hold it."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Text as a font can show it: letters composed, line ends alike, no control characters."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join(
        "".join(c for c in line.replace("\t", " ") if unicodedata.category(c)[0] != "C")
        for line in lines
    )
