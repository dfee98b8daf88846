"""Ear imagery database: otoscopic pictures in a folder a diagnosis, without a side."""

from __future__ import annotations

from pathlib import Path

from entdemo.errors import DataError
from entdemo.gallery.folder import FolderCases
from entdemo.gallery.intake import NewCase
from entdemo.gallery.tree import picture_tree
from entdemo.storage.skipped import Skipped
from entdemo.taxonomy import finding_names
from entdemo.text.letters import comparable_label

_LABEL = "ear"
_FINDINGS = {"normal": "normal", "earwax": "wax", "tympanoskleros": "plaque"}
"""Diagnoses that are findings of the taxonomy; the others stay as their folders are called."""


def read_ear_imagery(path: Path) -> FolderCases:
    """A picture's diagnosis is the outermost folder around it; those in none are left out."""
    tree = picture_tree(path)
    cases = [_case(file, key.split("/")[0]) for key, file in tree.pictures.items() if "/" in key]
    beside = [
        Skipped(key, DataError("dataset.no_diagnosis")) for key in tree.pictures if "/" not in key
    ]
    return FolderCases(cases, [*tree.left_out, *beside])


def _case(file: Path, folder: str) -> NewCase:
    finding = _FINDINGS.get(comparable_label(folder), folder)
    names = finding_names(_LABEL, finding)
    return NewCase(
        file, _LABEL, finding, caption_en=f"Ear: {names['en']}.", caption_vi=f"Tai: {names['vi']}."
    )
