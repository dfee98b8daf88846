"""Findings that captions name, as the tags that drawn frames have.

Captions of clinicians come without named findings. The bilingual lexicon of ``text.findings`` reads
them, what a caption denies left out, so that the terms of the objective that are about findings
learn from real frames as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from entdemo.taxonomy import findings_of, region_of
from entdemo.text.findings import affirmed
from entdemo.text.negation import denied_spans, fold, is_denied

_OTHER_NAMES = {
    ("ear", "fungus"): "hyphae",
    ("nose", "hypertrophy"): "swelling",
    ("nose", "oedema"): "swelling",
}
"""Findings of the taxonomy that the lexicon calls otherwise."""

_NORMAL = re.compile(r"\bnormal\b|\bbinh thuong\b|\bunremarkable\b")


def named_findings(class_name: str, captions: Iterable[str]) -> frozenset[str]:
    """Keys of the findings of the class's region that captions say to be there.

    ``normal`` stands where a caption says so and none names a finding, also one that the taxonomy
    lacks.

    Args:
        class_name: of the frame.
        captions: of the frame, in either language.
    """
    texts = [text for text in captions if text]
    found = frozenset[str]().union(*map(affirmed, texts))
    region = region_of(class_name)
    known = {finding.key for finding in findings_of(region)}
    keys = frozenset(_OTHER_NAMES.get((region, key), key) for key in found) & known
    if not found and any(map(_says_normal, texts)):
        return frozenset(("normal",))
    return keys


def _says_normal(text: str) -> bool:
    spans = denied_spans(text)
    return any(not is_denied(it.start(), spans) for it in _NORMAL.finditer(fold(text)))
