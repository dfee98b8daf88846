"""Captions of clinicians: several lines, either language, often word for word the same."""

from __future__ import annotations

from collections.abc import Sequence

from entdemo.storage.table import tidy
from entdemo.text.wording import is_vietnamese, normalise

_ENDS = (".", ",", ";", ":", "!", "?")


def one_line(text: str) -> str:
    """A caption of several lines as one, its lines parted by semicolons where nothing parts them.

    ``-`` and ``+`` before a line are its list marks and fall away.
    """
    lines = [tidy(line).lstrip("-+•* ") for line in text.splitlines()]
    lines = [line for line in lines if line]
    parted = [line if line.endswith(_ENDS) else f"{line};" for line in lines[:-1]]
    return " ".join([*parted, *lines[-1:]])


def caption_language(text: str) -> str:
    """``vi`` or ``en``."""
    return "vi" if is_vietnamese(normalise(text)) else "en"


def caption_keys(captions_en: Sequence[str], captions_vi: Sequence[str]) -> list[str]:
    """One text for each frame, equal where captions say the same in the same words.

    It is the English caption; where that is missing, the English that comes with the same
    Vietnamese elsewhere, or else the Vietnamese. Case and a final stop do not matter.

    Args:
        captions_en: N captions, empty where there is none.
        captions_vi: likewise.

    Returns:
        N keys, empty where a frame has no caption.
    """
    english, vietnamese = [[_bare(text) for text in texts] for texts in (captions_en, captions_vi)]
    pairs = list(zip(english, vietnamese, strict=True))
    translated = {vi: en for en, vi in reversed(pairs) if en and vi}
    return [en or translated.get(vi, vi) for en, vi in pairs]


def _bare(text: str) -> str:
    return tidy(text).casefold().rstrip(".;,! ")
