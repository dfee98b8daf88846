"""What words and keys state of a frame: the classes that they leave open."""

from __future__ import annotations

from entdemo.gallery.cases import label_of
from entdemo.taxonomy import CLASSES, FINDINGS, open_classes
from entdemo.text.letters import comparable_label

Classes = frozenset[str]

EVERY: Classes = frozenset(CLASSES)
NOTHING = ("unlabelled", "unlabeled", "unknown")
"""Words that state nothing."""


def meaning(text: str) -> Classes | None:
    """The classes that a word or a key leaves open: of a class, region, side or finding.

    None where it says nothing known; every class where it says that nothing is stated.
    """
    label = label_of(text)
    return open_classes(label) if label else _OTHERS.get(comparable_label(text))


def of_folders(key: str) -> list[Classes]:
    """What the folders of a path state, outermost first, without those that say nothing known."""
    return [found for name in key.split("/")[:-1] if (found := meaning(name))]


def _others() -> dict[str, Classes]:
    """What findings leave open, and words for nothing, by their comparable form."""
    found: dict[str, Classes] = {comparable_label(name): EVERY for name in NOTHING}
    for finding in FINDINGS:
        for text in {finding.key, finding.en, finding.vi}:
            of_others = found.get(comparable_label(text), frozenset())
            found[comparable_label(text)] = of_others | open_classes(finding.region)
    return found


_OTHERS = _others()
