"""What a text denies."""

from __future__ import annotations

import pytest

from entdemo.text.negation import denied_spans, fold


def denied(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in denied_spans(text)]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("no perforation", ["perforation"]),
        ("No wax, perforation in front", ["wax"]),
        ("no wax, pus or fluid", ["wax, pus or fluid"]),
        ("left drum without perforation but red", ["perforation"]),
        ("not a left ear", ["a left ear"]),
        ("polyp not seen, septum straight", ["polyp", "seen"]),
        ("Septum straight. Polyp absent", ["Polyp"]),
        ("free of pus", ["pus"]),
        ("không thủng", ["thủng"]),
        ("khong thung, phu ne", ["thung"]),
        ("chưa thấy polyp, khe giữa đọng mủ", ["polyp"]),
        ("Thủng (-), nề", ["Thủng"]),
        ("không phải tai trái mà là tai phải", ["tai trái"]),
        ("no doubt a polyp", []),
        ("a red drum", []),
    ],
)
def test_denied_stretches(text: str, stretches: list[str]) -> None:
    assert denied(text) == stretches


def test_folding_keeps_every_place() -> None:
    text = "Màng nhĩ PHẢI İ ẞ 🙂 đục"
    assert len(fold(text)) == len(text)
    assert fold(text).startswith("mang nhi phai")
