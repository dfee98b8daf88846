"""Labelled frames from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from entdemo.data.entrep import EntrepItem, group_split, is_entrep, read_entrep
from entdemo.data.entrep.captions import caption_keys
from entdemo.data.stated import EVERY, Classes, meaning, of_folders
from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.captions import CAPTIONS, read_captions
from entdemo.gallery.cases import read_label
from entdemo.gallery.folder import labels_in, tree_with_captions
from entdemo.storage.names import comparable
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import Row, read_any_table
from entdemo.taxonomy import LABELS, label_of_classes, open_classes, region_of

ORIGINS = "frames.csv"
_ORIGIN_COLUMNS = ("source", "group", "finding")
_KNOWN = ", ".join(LABELS)


@dataclass(frozen=True)
class Item:
    """A labelled frame; the picture is not opened yet.

    Attributes:
        file: the picture.
        open: the classes that its label leaves open, one at least.
        finding: key or free term, empty where unknown.
        caption_en: empty where there is none; so is ``caption_vi``.
        group: frames of one group stem from one examination; empty where unknown.
        source: collection that the frame came from; where no table names it, the folder's name.
    """

    file: Path
    open: Classes
    finding: str = ""
    caption_en: str = ""
    caption_vi: str = ""
    group: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """Folder and file name."""
        return f"{self.file.parent.name}/{self.file.name}"

    @property
    def region(self) -> str:
        """One of ``taxonomy.REGIONS``; empty where the label leaves several open."""
        found = {region_of(name) for name in self.open}
        return found.pop() if len(found) == 1 else ""

    @property
    def class_name(self) -> str | None:
        """One of ``taxonomy.CLASSES``; None where the label leaves several open."""
        return next(iter(self.open)) if len(self.open) == 1 else None


@dataclass(frozen=True)
class HeldOut:
    """The examinations of an ENTRep folder that a training run did not learn from."""

    share: float
    seed: int


@dataclass(frozen=True)
class DataSet:
    """Labelled frames, and what is to be said of how they were read.

    Attributes:
        skipped: files and entries that cannot be used.
        notes: lines for people.
    """

    items: list[Item]
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_data(path: Path, held_out: HeldOut | None = None) -> DataSet:
    """Read a folder of labelled frames, see ``read_items``, or an ENTRep folder.

    Frames of an ENTRep folder share a finding where they share a caption, word for word.

    Args:
        path: the folder.
        held_out: of an ENTRep folder, only these examinations.

    Raises:
        UserError: see ``read_items`` and ``entrep.read_entrep``; no frame with a class.
    """
    if not is_entrep(path):
        labelled, left_out = _read_labelled(path)
        return DataSet(labelled, left_out)
    found = read_entrep(path)
    items, notes = found.labelled, list(found.report.lines())
    if held_out:
        fractions = (1 - held_out.share, held_out.share)
        items = group_split(items, fractions, held_out.seed)[1]
        notes.append(
            "The weights were trained on an ENTRep folder: only the examinations held out of "
            f"training are counted, {len(items)} of {len(found.labelled)} frames."
        )
    if not items:
        raise DataError("entrep.no_labels", path=path)
    return DataSet(_entrep_items(items), found.report.skipped, notes)


def _entrep_items(found: list[EntrepItem]) -> list[Item]:
    english, vietnamese = (
        [it.caption_en or "" for it in found],
        [it.caption_vi or "" for it in found],
    )
    texts = zip(english, vietnamese, caption_keys(english, vietnamese), strict=True)
    return [
        Item(it.file, open_classes(it.class_name), key, en, vi, it.group)
        for it, (en, vi, key) in zip(found, texts, strict=True)
        if it.class_name
    ]


def read_items(path: Path) -> list[Item]:
    """Frames in one sub-folder per class, described by an optional table.

    Where the class is not known a region, a side or a finding does, which leave several classes
    open; frames in ``unlabelled`` are left out. Pictures may lie in folders of any depth, as one an
    examination; what all these folders state counts, and a finding where nothing else is stated.
    Files beside the sub-folders are left out but for
    ``captions.csv``, see ``gallery.captions.read_captions``, and ``frames.csv``, whose columns
    file, source, group and finding tell where frames came from.

    Args:
        path: the folder.

    Returns:
        Items, sorted by path.

    Raises:
        UserError: no such folder, no pictures, a sub-folder that states nothing known, folders
            that exclude each other, or a row of ``captions.csv`` that contradicts its picture's
            folders.
    """
    return _read_labelled(path)[0]


def _read_labelled(path: Path) -> tuple[list[Item], list[Skipped]]:
    """The items, and the files that are none."""
    tree = tree_with_captions(path, _KNOWN, ORIGINS)
    rows, told = read_captions(path, tree.pictures), read_origins(path, _ORIGIN_COLUMNS)
    items, left_out, wrong = [], list(tree.left_out), list[UserError]()
    for key, file in tree.pictures.items():
        if "/" not in key:
            reason = DataError("evaluation.beside", known=_KNOWN)
            left_out.append(Skipped(key, reason))
            continue
        try:
            item = _item(key, file, rows.get(key))
        except DataError as error:
            wrong.append(error)
            continue
        if item.open == EVERY:
            left_out.append(Skipped(key, DataError("evaluation.nothing_stated")))
        else:
            items.append(replace(item, **told.get(comparable(key), {})))
    wrong += [_unknown(name) for name in tree.folders if meaning(name) is None and tree.lacks(name)]
    if wrong:
        raise in_one(wrong)
    if not items:
        raise DataError("folder.no_pictures", path=path, known=_KNOWN)
    return [replace(item, source=item.source or path.resolve().name) for item in items], left_out


def read_origins(folder: Path, columns: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What ``frames.csv`` tells of each file, by its comparable path, but for empty cells.

    Other people's tables of that name hold other columns; a table without ``file`` tells nothing.

    Raises:
        UserError: the table cannot be read.
    """
    file = folder / ORIGINS
    if not file.is_file():
        return {}
    return {
        comparable(row["file"]): {name: row[name] for name in columns if row.get(name)}
        for row in read_any_table(file.read_bytes(), ORIGINS)
        if row.get("file")
    }


def _stated(key: str) -> Classes:
    """The classes that a path's folders leave open."""
    named = labels_in(key)
    if not named:
        return _of_finding(key)
    for first, second in combinations(named, 2):
        if not open_classes(first) & open_classes(second):
            raise DataError("folder.two_folders", name=key, first=first, second=second)
    return EVERY.intersection(*map(open_classes, named))


def _of_finding(key: str) -> Classes:
    """Likewise, where they name no class, region or side."""
    found = of_folders(key)
    if not found:
        raise _unknown(key.rpartition("/")[0])
    return found[0]


def _unknown(folder: str) -> DataError:
    return DataError("evaluation.no_class_or_region", name=folder, known=_KNOWN)


def _item(key: str, file: Path, row: Row | None) -> Item:
    left = _stated(key)
    if row is None:
        return Item(file, left)
    if row.cells["class"]:
        _check_class(row, left)
    columns = ("finding", "caption_en", "caption_vi", "group", "source")
    return Item(file, left, **{column: row.cells[column] for column in columns})


def _check_class(row: Row, left: Classes) -> None:
    """What the row states must leave a class open that the folders leave open."""
    found = read_label(row, CAPTIONS)
    if not left & open_classes(found):
        first = label_of_classes(left) or ", ".join(sorted({region_of(name) for name in left}))
        raise DataError(
            "folder.two_classes", name=CAPTIONS, row=row.number, first=first, second=found
        )
