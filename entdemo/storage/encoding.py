"""Text files as editors and spreadsheet programs save them: UTF-8, or UTF-16 with its mark."""

from __future__ import annotations

_MARKS = (b"\xff\xfe", b"\xfe\xff")


def encoding_of(data: bytes) -> str:
    """Name of the encoding, told by the byte order mark, which it takes away."""
    return "utf-16" if data.startswith(_MARKS) else "utf-8-sig"


def decoded(data: bytes) -> str:
    """The text.

    Raises:
        UnicodeDecodeError: it is neither UTF-8 nor UTF-16 with its mark.
    """
    return data.decode(encoding_of(data))
