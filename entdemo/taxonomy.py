"""Classes, regions and findings of ENT endoscopy, and what a mirror does to them.

Left and right are labels: whoever mirrors a frame must also mirror its class, and its caption with
``text.sides.mirror_text``.
"""

from __future__ import annotations

from dataclasses import dataclass

CLASSES: tuple[str, ...] = (
    "nose-right",
    "nose-left",
    "ear-right",
    "ear-left",
    "vc-open",
    "vc-closed",
    "throat",
)
"""The seven classes in the order of the ENTRep challenge (label 0 to 6)."""

REGIONS: tuple[str, ...] = ("nose", "ear", "vocal-cords", "throat")

DRAWN_SOURCE = "phantom frame, drawn by entdemo"
"""What drawn frames state as their source."""

SIDES: tuple[str, ...] = ("left", "right")
SIDED: tuple[str, ...] = ("nose", "ear")
"""Regions whose classes are sides."""

LABELS: tuple[str, ...] = (*CLASSES, *REGIONS[:3], *SIDES)
"""What may be stated of a frame: its class, its region without side or state, or a side alone."""

_REGION_OF_PREFIX = {
    "nose": "nose",
    "ear": "ear",
    "vc": "vocal-cords",
    "vocal": "vocal-cords",
    "throat": "throat",
    "left": "",
    "right": "",
}

CLASS_NAMES: dict[str, dict[str, str]] = {
    "nose-right": {"en": "nose, right", "vi": "mũi phải"},
    "nose-left": {"en": "nose, left", "vi": "mũi trái"},
    "ear-right": {"en": "ear, right", "vi": "tai phải"},
    "ear-left": {"en": "ear, left", "vi": "tai trái"},
    "vc-open": {"en": "vocal cords, open", "vi": "dây thanh mở"},
    "vc-closed": {"en": "vocal cords, closed", "vi": "dây thanh khép"},
    "throat": {"en": "throat", "vi": "họng"},
}

REGION_NAMES: dict[str, dict[str, str]] = {
    "nose": {"en": "nose", "vi": "mũi"},
    "ear": {"en": "ear", "vi": "tai"},
    "vocal-cords": {"en": "vocal cords", "vi": "dây thanh"},
    "throat": {"en": "throat", "vi": "họng"},
}

SIDE_NAMES: dict[str, dict[str, str]] = {
    "left": {"en": "left", "vi": "trái"},
    "right": {"en": "right", "vi": "phải"},
}

_LABEL_NAMES = SIDE_NAMES | REGION_NAMES | CLASS_NAMES

STATED_NAMES: dict[str, dict[str, str]] = CLASS_NAMES | {
    "nose": {"en": "nose, side not stated", "vi": "mũi, chưa rõ bên"},
    "ear": {"en": "ear, side not stated", "vi": "tai, chưa rõ bên"},
    "vocal-cords": {
        "en": "vocal cords, open or closed not stated",
        "vi": "dây thanh, chưa rõ mở hay khép",
    },
    "left": {"en": "left, region not stated", "vi": "bên trái, chưa rõ vùng"},
    "right": {"en": "right, region not stated", "vi": "bên phải, chưa rõ vùng"},
}
"""Each of ``LABELS`` in words that say what it leaves open."""
_EITHER = " or "


@dataclass(frozen=True)
class Finding:
    """A finding that a frame of ``region`` can show; ``key`` is unique within the region."""

    key: str
    region: str
    en: str
    vi: str


FINDINGS: tuple[Finding, ...] = (
    Finding("normal", "ear", "normal eardrum", "màng nhĩ bình thường"),
    Finding("retraction", "ear", "retracted eardrum", "màng nhĩ co lõm"),
    Finding("perforation", "ear", "perforated eardrum", "thủng màng nhĩ"),
    Finding("redness", "ear", "red eardrum", "màng nhĩ đỏ"),
    Finding("effusion", "ear", "middle ear effusion", "ứ dịch hòm nhĩ"),
    Finding("plaque", "ear", "tympanosclerosis plaque", "mảng xơ nhĩ"),
    Finding("wax", "ear", "ear wax", "ráy tai"),
    Finding("hyphae", "ear", "fungal hyphae", "nấm ống tai"),
    Finding("normal", "nose", "normal nasal cavity", "hốc mũi bình thường"),
    Finding("deviation", "nose", "septal deviation", "vẹo vách ngăn"),
    Finding("spur", "nose", "septal spur", "gai vách ngăn"),
    Finding("pallor", "nose", "pale mucosa", "niêm mạc nhợt"),
    Finding("swelling", "nose", "swollen inferior turbinate", "cuốn dưới phù nề"),
    Finding("polyp", "nose", "nasal polyp", "polyp mũi"),
    Finding("discharge", "nose", "nasal discharge", "dịch mũi"),
    Finding("synechia", "nose", "nasal synechia", "dính niêm mạc mũi"),
    Finding("epistaxis", "nose", "blood in the nose", "máu trong hốc mũi"),
    Finding("nasopharynx", "nose", "normal nasopharynx", "vòm mũi họng bình thường"),
    Finding("adenoid", "nose", "enlarged adenoid", "VA quá phát"),
    Finding("mass", "nose", "nasopharyngeal mass", "khối u vòm mũi họng"),
    Finding("normal", "vocal-cords", "normal larynx", "thanh quản bình thường"),
    Finding("oedema", "vocal-cords", "oedema of the vocal cords", "dây thanh phù nề"),
    Finding("redness", "vocal-cords", "red vocal cords", "dây thanh đỏ"),
    Finding("nodule", "vocal-cords", "vocal cord nodules", "hạt dây thanh"),
    Finding("polyp", "vocal-cords", "vocal cord polyp", "polyp dây thanh"),
    Finding("obliteration", "vocal-cords", "ventricular obliteration", "xóa thanh thất"),
    Finding("mucus", "vocal-cords", "mucus in the larynx", "nhầy thanh quản"),
    Finding("normal", "throat", "normal throat", "họng bình thường"),
    Finding("tonsils", "throat", "enlarged tonsils", "amidan quá phát"),
    Finding("granules", "throat", "granular posterior wall", "thành sau họng có hạt"),
    Finding("redness", "throat", "red throat", "họng đỏ"),
    Finding("exudate", "throat", "tonsillar exudate", "amidan có giả mạc mủ"),
    Finding("uvula", "throat", "swollen uvula", "lưỡi gà phù nề"),
    Finding("mucus", "throat", "mucus on the posterior wall", "nhầy thành sau họng"),
)


def region_of(label: str) -> str:
    """The region of a class or a label, as ``vocal-cords`` for ``vc-open``; empty for a side."""
    return _REGION_OF_PREFIX[label.split("-", 1)[0]]


def open_classes(label: str) -> frozenset[str]:
    """The classes that a label leaves open: one for a class, more for a region or a side."""
    return frozenset(
        name
        for name in CLASSES
        if label in (name, region_of(name)) or (label in SIDES and name.endswith(f"-{label}"))
    )


def label_of_classes(classes: frozenset[str]) -> str | None:
    """The label that leaves just these classes open; None where none does."""
    return next((label for label in LABELS if open_classes(label) == classes), None)


def label_names(label: str) -> dict[str, str]:
    """A class, region or side in words, by language; of several between ``or`` each of them."""
    parts = [_LABEL_NAMES[part] for part in label.split(_EITHER)]
    return {
        "en": _EITHER.join(part["en"] for part in parts),
        "vi": " hoặc ".join(part["vi"] for part in parts),
    }


def findings_of(region: str) -> tuple[Finding, ...]:
    """The findings that a frame of ``region`` can show."""
    return tuple(finding for finding in FINDINGS if finding.region == region)


def finding_key(region: str, text: str) -> str:
    """The key of a finding that is written out in either language; other text as it is."""
    for finding in findings_of(region):
        if text.casefold() in (finding.key, finding.en.casefold(), finding.vi.casefold()):
            return finding.key
    return text


def finding_names(class_name: str, finding: str) -> dict[str, str]:
    """A finding in words, by language; a finding of the user's own stays as it is written."""
    for candidate in findings_of(region_of(class_name)):
        if candidate.key == finding:
            return {"en": candidate.en, "vi": candidate.vi}
    return {"en": finding, "vi": finding}


def mirror_class(class_name: str) -> str:
    """The class or label of the mirrored frame; those without a side stay as they are."""
    if class_name.endswith("right"):
        return class_name.removesuffix("right") + "left"
    if class_name.endswith("left"):
        return class_name.removesuffix("left") + "right"
    return class_name


MIRRORED: tuple[int, ...] = tuple(CLASSES.index(mirror_class(name)) for name in CLASSES)
"""Index of the class that a mirror turns each class into."""
