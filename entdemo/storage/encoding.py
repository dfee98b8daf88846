"""Text files as editors and spreadsheet programs save them: UTF-8, or UTF-16 with its mark."""

from __future__ import annotations

import re

from entdemo.errors import DataError

_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LINE_END = re.compile("\r\n|\r|\n")


def encoding_of(data: bytes) -> str:
    """Name of the encoding, told by the byte order mark, which it takes away."""
    return "utf-16" if data.startswith(_MARKS) else "utf-8-sig"


def decoded(data: bytes) -> str:
    """The text.

    Raises:
        UnicodeDecodeError: it is neither UTF-8 nor UTF-16 with its mark.
    """
    return data.decode(encoding_of(data))


def before_wrong_byte(data: bytes) -> tuple[str, str]:
    """The text before the first byte that is none, and that byte, as ``0xe9``.

    Raises:
        ValueError: all of it is text.
    """
    try:
        decoded(data)
    except UnicodeDecodeError as error:
        data = error.object  # without the mark of UTF-8, with that of UTF-16
        return data[: error.start].decode(encoding_of(data)), f"{data[error.start]:#04x}"
    raise ValueError("all of it is text")


def no_text(key: str, name: str, data: bytes) -> DataError:
    """That a file is no text, with line and column of the first byte that is none.

    Args:
        key: of the sentence.
        name: what to call the file.
        data: for which ``decoded`` fails.
    """
    before, byte = before_wrong_byte(data)
    lines = _LINE_END.split(before)
    column = len(lines[-1]) + 1
    return DataError(key, name=name, line=len(lines), column=column, byte=byte)
