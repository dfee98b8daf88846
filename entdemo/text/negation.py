"""What a text denies: "no perforation", "polyp not seen", "không thủng", "chưa thấy polyp".

Method: cues before and after what they deny, bounded by the clause, as in NegEx (Chapman et al.,
"A simple algorithm for identifying negated findings and diseases in discharge summaries",
J Biomed Inform 2001), for English and Vietnamese.
"""

from __future__ import annotations

import re
from functools import lru_cache

from entdemo.text.letters import plain_letters

_BEFORE = re.compile(
    r"\b(?:no(?! doubt\b| change\b)|without|not(?! only\b)|never|nil|none of|free (?:of|from)"
    r"|negative for|absence of|den(?:y|ies|ied)|lack(?:s|ing)?|excludes?|rules? out|neither|nor"
    r"|other than|but the"
    r"|(?:khong|ko|khg|chua|chang)(?: (?:co|thay|bi|con|phai|he|ghi nhan|phat hien|quan sat thay))*"
    r"|k (?:co|thay|bi)|het|loai tru|ngoai tru)\b"
)
_AFTER = re.compile(
    r"\b(?:absent|not (?:seen|present|visible|visuali[sz]ed|identified|found|detected|noted)"
    r"|excluded|ruled out|am tinh)\b|\(-\)"
)
_END = re.compile(
    r"[.;:!?\n()]| - |\b(?:but|however|although|though|except|with|nhung|tuy nhien|ma la|con lai"
    r"|ngoai ra|kem|co (?!the\b)|thay )"
)
_COMMA = re.compile(",")
_LIST_GOES_ON = re.compile(r"\b(?:or|nor|hay|hoac)\b")


def fold(text: str) -> str:
    """The text in lower-case plain letters, as long as it was."""
    return "".join(map(_fold, text))


@lru_cache(maxsize=4096)
def _fold(letter: str) -> str:
    return (plain_letters(letter).lower() or letter)[0]


def denied_spans(text: str) -> list[tuple[int, int]]:
    """Stretches ``text[start:end]`` that are denied, in their order; ``text`` is composed (NFC)."""
    folded = fold(text)
    spans = [(match.end(), _end(folded, match.end())) for match in _BEFORE.finditer(folded)]
    spans += [(_begin(folded, match.start()), match.start()) for match in _AFTER.finditer(folded)]
    return sorted(spans)


def is_denied(start: int, spans: list[tuple[int, int]]) -> bool:
    """Whether what begins at ``start`` lies in one of the spans."""
    return any(first <= start < last for first, last in spans)


def _end(folded: str, start: int) -> int:
    """Where the denial ends: at the clause's end, or at a comma unless a list goes on."""
    found = _END.search(folded, start)
    end = found.start() if found else len(folded)
    for comma in _COMMA.finditer(folded, start, end):
        if not _LIST_GOES_ON.search(folded, comma.start(), end):
            return comma.start()
    return end


def _begin(folded: str, end: int) -> int:
    """Where the clause before an ending denial begins."""
    begin = 0
    for pattern in (_END, _COMMA):
        for match in pattern.finditer(folded, 0, end):
            begin = max(begin, match.end())
    return begin
