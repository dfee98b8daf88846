"""Captions on one line, their language, and which of them say the same."""

from __future__ import annotations

import pytest

from entdemo.data.entrep.captions import caption_keys, caption_language, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("wax\r\n", "wax"),
        ("- wax\r\n\r\n- red  drum.\r\n+ clean", "wax; red drum. clean"),
        ("pus:\r\nleft", "pus: left"),
        (" \r\n", ""),
    ],
)
def test_lines_are_joined(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Màng nhĩ đỏ", "vi"),
        ("MÀNG NHĨ PHẢI", "vi"),
        ("mang nhi phai", "vi"),
        ("red right eardrum", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert caption_language(text) == language


def test_the_same_words_give_the_same_key_in_either_language() -> None:
    english = ["Red drum.", "red  drum", "", "wax", "", ""]
    vietnamese = ["màng nhĩ đỏ", "", "Màng nhĩ đỏ", "", "nấm", ""]
    keys = caption_keys(english, vietnamese)
    assert keys[0] == keys[1] == keys[2] == "red drum"
    assert keys[3:] == ["wax", "nấm", ""]
