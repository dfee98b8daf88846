"""Frames of the larynx whose label maps tell whether the cords are open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.errors import DataError
from entdemo.gallery.folder import FolderCases
from entdemo.gallery.intake import NewCase
from entdemo.gallery.tree import Tree, picture_tree
from entdemo.storage.skipped import Skipped

_GLOTTIS, _TUBE = 3, 6
"""Values of vocalfolds' label maps: glottal space, intubation."""
_LEAST = 0.002
"""Share of the frame from which on the glottis counts as seen: less is a stray pixel or two."""
_SEGMENTED, _NOTES = "_seg", ".meta"

_TEXTS = {
    "vc-open": ("Vocal cords, open.", "Dây thanh mở."),
    "vc-closed": ("Vocal cords, closed.", "Dây thanh khép."),
}

Labels = NDArray[np.uint8]


def read_vocalfolds(path: Path) -> FolderCases:
    """``img/PATIENT/SEQUENCE/NAME`` with a label map of the same name under ``annot``.

    Frames without a label map that can be read, and intubated ones, are left out: a tube holds the
    cords apart.
    """
    root = path / "img"
    tree = picture_tree(root) if root.is_dir() else Tree({})
    found = FolderCases([], tree.left_out)
    for name, file in tree.pictures.items():
        labels = _label_map(path / "annot" / name)
        if labels is None:
            found.left_out.append(Skipped(name, DataError("dataset.no_label_map")))
        elif (labels == _TUBE).any():
            found.left_out.append(Skipped(name, DataError("dataset.intubated")))
        else:
            patient, *rest = name.split("/")
            found.cases.append(_case(file, labels == _GLOTTIS, patient if rest else ""))
    return found


def read_bagls(path: Path) -> FolderCases:
    """``NAME.png`` with a mask ``NAME_seg.png`` of the glottis, in any folder below.

    The set tells no patients. Frames without a mask that can be read are left out; its notes
    ``NAME.meta`` are passed over.
    """
    tree = picture_tree(path)
    found = FolderCases([], [it for it in tree.left_out if not it.name.endswith(_NOTES)])
    for name, file in tree.pictures.items():
        if file.stem.endswith(_SEGMENTED):
            continue
        mask = _label_map(file.with_name(f"{file.stem}{_SEGMENTED}.png"))
        if mask is None:
            found.left_out.append(Skipped(name, DataError("dataset.no_label_map")))
        else:
            found.cases.append(_case(file, mask > 0, ""))
    return found


def _case(file: Path, glottis: NDArray[np.bool_], group: str) -> NewCase:
    name = "vc-open" if glottis.mean() >= _LEAST else "vc-closed"
    english, vietnamese = _TEXTS[name]
    return NewCase(file, name, caption_en=english, caption_vi=vietnamese, group=group)


def _label_map(file: Path) -> Labels | None:
    """[H, W] values as stored in a palette, grey or colour picture; None if unreadable."""
    try:
        with Image.open(file) as image:
            values = np.asarray(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    plane: Labels = values if values.ndim == 2 else values[..., 0]
    return plane
