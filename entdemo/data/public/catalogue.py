"""Which public data sets there are, under which terms, and what of them makes cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from entdemo.data.dataset import read_data
from entdemo.data.entrep import is_entrep
from entdemo.data.public.ears import read_ear_imagery
from entdemo.data.public.glottis import read_bagls, read_vocalfolds
from entdemo.errors import DataError
from entdemo.gallery.folder import FolderCases
from entdemo.gallery.intake import NewCase


@dataclass(frozen=True)
class PublicSet:
    """A data set.

    Attributes:
        name: that ``gallery build --dataset`` takes.
        title: with its authors, the credit of each case.
        region: of its frames.
        licence: of each case.
        home: where it is downloaded by hand.
        layout: how it is read, or why it makes no cases.
        read: its folder -> cases, but for licence and credit; None where it makes none.
    """

    name: str
    title: str
    region: str
    licence: str
    home: str
    layout: str
    read: Callable[[Path], FolderCases] | None = None


def _read_entrep(path: Path) -> FolderCases:
    if not is_entrep(path):
        return FolderCases([], [])
    found = read_data(path)
    cases = [
        NewCase(
            item.file, item.class_name or item.region, item.finding, item.caption_en,
            item.caption_vi, group=item.group,
        )
        for item in found.items
    ]  # fmt: skip
    return FolderCases(cases, found.skipped)


PUBLIC_SETS = (
    PublicSet(
        "vocalfolds", "vocalfolds, Laves et al.", "vocal-cords", "CC BY 4.0",
        "https://github.com/imesluh/vocalfolds",
        "img/PATIENT/SEQUENCE/*.png with annot/ beside img/: open where the label map shows the "
        "glottis; intubated frames are left out; a patient is an examination",
        read_vocalfolds,
    ),
    PublicSet(
        "bagls", "BAGLS, Gómez et al.", "vocal-cords", "CC BY-NC-SA 4.0",
        "https://doi.org/10.5281/zenodo.3762320",
        "N.png with N_seg.png beside it, in any folder: open where the mask shows the glottis",
        read_bagls,
    ),
    PublicSet(
        "entrep", "ENTRep challenge", "all", "terms of the ENTRep challenge",
        "registration at the challenge", "see docs/entrep.md", _read_entrep,
    ),
    PublicSet(
        "ear-imagery", "Ear imagery database, Başaran et al.", "ear", "CC0",
        "https://doi.org/10.6084/m9.figshare.11886630",
        "a folder a diagnosis, with pictures in any folder below; the side is not stated",
        read_ear_imagery,
    ),
    PublicSet(
        "scope-hn", "SCOPE-HN, Bedi et al.", "all", "CC BY-NC 4.0",
        "https://github.com/nikita-bedi/SCOPE-HN",
        "frames and masks of throats and larynges with tumours, in folders that its README and its "
        "scripts name differently; which value of a mask is which structure is not told, so that "
        "no class can be stated: sort the frames into a folder a class",
    ),
)  # fmt: skip


def read_public(name: str, path: Path) -> FolderCases:
    """The cases of a public data set's folder, each with its licence and credit.

    Raises:
        UserError: no such data set, one that makes no cases, no folder, or no frame that can be
            used in it.
    """
    known = {it.name: it for it in PUBLIC_SETS}
    if name not in known:
        raise DataError("dataset.unknown", name=name, known=", ".join(known))
    found = known[name]
    if found.read is None:
        raise DataError("dataset.no_cases", name=found.title, reason=found.layout)
    if not path.is_dir():
        raise DataError("folder.missing", path=path)
    of_set = found.read(path)
    if not of_set.cases:
        raise DataError("dataset.not_found", path=path, name=found.title, layout=found.layout)
    named = [replace(it, source=found.title, licence=found.licence) for it in of_set.cases]
    return FolderCases(named, of_set.left_out)
