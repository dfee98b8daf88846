"""What people say of a frame: its class, or a region, a side or a finding alone, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from entdemo.data.dataset import ORIGINS, read_data, read_origins
from entdemo.data.entrep import is_entrep
from entdemo.data.stated import EVERY, NOTHING, Classes, meaning, of_folders
from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.captions import read_captions
from entdemo.gallery.cases import Case
from entdemo.gallery.folder import tree_with_captions
from entdemo.gallery.manifest import FILE_NAME
from entdemo.gallery.store import Gallery
from entdemo.storage.names import comparable
from entdemo.storage.skipped import Skipped
from entdemo.taxonomy import LABELS, label_of_classes, open_classes, region_of

_STATED = ("class", "region", "side", "finding")


@dataclass(frozen=True)
class Labelled:
    """A frame and the classes that its label leaves open; the picture is not opened yet.

    Attributes:
        file: the picture.
        open: one class at least; all of them where nothing is stated.
        group: frames of one group stem from one examination; empty where unknown.
    """

    file: Path
    open: Classes
    group: str = ""

    @property
    def name(self) -> str:
        """Folder and file name."""
        return f"{self.file.parent.name}/{self.file.name}"

    @property
    def label(self) -> str:
        """A class, a region, a side, or the regions of a finding; empty where nothing is stated."""
        if self.open == EVERY:
            return ""
        regions = {region_of(name) for name in self.open}
        return label_of_classes(self.open) or " or ".join(sorted(regions))


@dataclass(frozen=True)
class LabelledFrames:
    """Frames, and the files and entries beside them that are none."""

    items: list[Labelled]
    left_out: list[Skipped]


def read_labelled(path: Path) -> LabelledFrames:
    """Read labelled frames, in whatever way they are labelled.

    A folder holds a sub-folder for each class, region, side or finding, or ``unlabelled``, named as
    a key or in words, English or Vietnamese. Its ``frames.csv`` or ``captions.csv`` narrows that by
    the columns class, region, side and finding, and names examinations by ``group``; pictures that
    such a table mentions may also lie beside the sub-folders. Of a gallery, the cases that are not
    drawn are taken; an ENTRep folder is read as everywhere.

    Returns:
        Frames in the order of folder and file name.

    Raises:
        UserError: no such folder, no picture, a label that is not known, or labels of a frame that
            exclude each other.
    """
    if (path / FILE_NAME).is_file():
        found = LabelledFrames(labelled_cases(Gallery.open(path)), [])
    elif is_entrep(path):
        data = read_data(path)
        items = [Labelled(it.file, it.open, it.group) for it in data.items]
        found = LabelledFrames(items, data.skipped)
    else:
        found = _of_folder(path)
    if not found.items:
        raise DataError("folder.no_pictures", path=path, known=_known())
    return found


def labelled_cases(gallery: Gallery) -> list[Labelled]:
    """The cases of a gallery that are not drawn; a known finding narrows what its label leaves."""
    own = (case for case in gallery.cases if not case.is_drawn)
    return [Labelled(gallery.frame_path(it), _of_case(it), it.group) for it in own]


def _of_case(case: Case) -> Classes:
    """What a case states; a finding that contradicts its class is the teacher's to know."""
    stated = open_classes(case.class_name)
    return stated & (meaning(case.finding) or stated) or stated


def _of_folder(path: Path) -> LabelledFrames:
    tree = tree_with_captions(path, _known(), ORIGINS)
    captions = read_captions(path, tree.pictures)
    told = read_origins(path, (*_STATED, "group"))
    found, left_out, wrong = [], list(tree.left_out), list[UserError]()
    for key, file in tree.pictures.items():
        cells = [told.get(comparable(key), {}), captions[key].cells if key in captions else {}]
        if "/" not in key and not any(cells):
            left_out.append(Skipped(key, DataError("evaluation.beside", known=_known())))
            continue
        try:
            left = _left_open(key, cells)
        except DataError as error:
            wrong.append(error)
            continue
        groups = (row["group"] for row in cells if row.get("group"))
        found.append(Labelled(file, left, next(groups, "")))
    if wrong:
        raise in_one(wrong)
    return LabelledFrames(found, left_out)


def _left_open(key: str, rows: Sequence[Mapping[str, str]]) -> Classes:
    """The classes that folders and rows of tables leave open."""
    stated = [*_of_path(key), *(it for row in rows for it in _of_row(row))]
    left = EVERY.intersection(*stated)
    if not left:
        raise DataError("adapt.label_conflict", name=key)
    return left


def _of_path(key: str) -> list[Classes]:
    """What the folders of a path state; one of them states something, if there are any."""
    return of_folders(key) or [_of_name(name) for name in key.split("/")[:-1][:1]]


def _of_row(row: Mapping[str, str]) -> Iterator[Classes]:
    for column in _STATED:
        text = row.get(column, "").strip()
        if not text:
            continue
        found = meaning(text)
        if found is not None:
            yield found
        elif column != "finding":  # people name findings as they like
            raise DataError("adapt.unknown_label", name=text, known=_known())


def _of_name(name: str) -> Classes:
    """What a folder's name states."""
    found = meaning(name)
    if found is None:
        raise DataError("adapt.unknown_label", name=name, known=_known())
    return found


def _known() -> str:
    return ", ".join([*LABELS, NOTHING[0]])
