"""Labelled frames from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from entdemo.data.entrep import EntrepItem, group_split, is_entrep, read_entrep
from entdemo.data.entrep.captions import caption_keys
from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.captions import CAPTIONS, read_captions
from entdemo.gallery.cases import class_of, read_label
from entdemo.gallery.folder import tree_with_captions
from entdemo.storage.names import comparable
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import Row, read_any_table
from entdemo.taxonomy import CLASSES, REGIONS, open_classes, region_of
from entdemo.text.letters import comparable_label

ORIGINS = "frames.csv"
_ORIGIN_COLUMNS = ("source", "group", "finding")


@dataclass(frozen=True)
class Item:
    """A labelled frame; the picture is not opened yet.

    Attributes:
        file: the picture.
        region: one of ``taxonomy.REGIONS``.
        class_name: one of ``taxonomy.CLASSES``, None where only the region is known.
        finding: key or free term, empty where unknown.
        caption_en: empty where there is none; so is ``caption_vi``.
        group: frames of one group stem from one examination; empty where unknown.
        source: collection that the frame came from; where no table names it, the folder's name.
    """

    file: Path
    region: str
    class_name: str | None
    finding: str = ""
    caption_en: str = ""
    caption_vi: str = ""
    group: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """Folder and file name."""
        return f"{self.file.parent.name}/{self.file.name}"


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
    """Read a folder of classes or regions, see ``read_items``, or an ENTRep folder.

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
        Item(it.file, region_of(it.class_name), it.class_name, key, en, vi, it.group)
        for it, (en, vi, key) in zip(found, texts, strict=True)
        if it.class_name
    ]


def read_items(path: Path) -> list[Item]:
    """Frames in one sub-folder per class or per region, described by an optional table.

    ``throat`` is both a class and a region and counts as the class. Pictures may lie in folders of
    any depth, as one an examination. Files beside the sub-folders are left out but for
    ``captions.csv``, see ``gallery.captions.read_captions``, and ``frames.csv``, whose columns
    file, source, group and finding tell where frames came from.

    Args:
        path: the folder.

    Returns:
        Items, sorted by path.

    Raises:
        UserError: no such folder, no pictures, a sub-folder that is neither class nor region, or
            a row of ``captions.csv`` that contradicts its picture's folder.
    """
    return _read_labelled(path)[0]


def _read_labelled(path: Path) -> tuple[list[Item], list[Skipped]]:
    """The items, and the files that are none."""
    tree = tree_with_captions(path, ", ".join(_known_names()), ORIGINS)
    rows, told = read_captions(path, tree.pictures), read_origins(path, _ORIGIN_COLUMNS)
    items, left_out, wrong = [], list(tree.left_out), list[UserError]()
    for key, file in tree.pictures.items():
        if "/" not in key:
            reason = DataError("evaluation.beside", known=", ".join(_known_names()))
            left_out.append(Skipped(key, reason))
            continue
        try:
            item = _item(key, file, rows.get(key))
        except DataError as error:
            wrong.append(error)
        else:
            items.append(replace(item, **told.get(comparable(key), {})))
    wrong += [_unknown(name) for name in tree.folders if not _label(name) and tree.lacks(name)]
    if wrong:
        raise in_one(wrong)
    if not items:
        raise DataError("folder.no_pictures", path=path, known=", ".join(_known_names()))
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


def _label(folder: str) -> tuple[str, str | None] | None:
    """Region and, if it is known, class that a folder is named after."""
    class_name = class_of(folder)
    if class_name:
        return region_of(class_name), class_name
    region = comparable_label(folder)
    return (region, None) if region in REGIONS else None


def _labels(key: str) -> tuple[str, str | None]:
    """Region and, if it is known, class of the frames in a path's folders."""
    found = [label for part in key.split("/")[:-1] if (label := _label(part))]
    if not found:
        raise _unknown(key.rpartition("/")[0])
    regions, classes = {region for region, _ in found}, {name for _, name in found if name}
    named = sorted(classes if len(classes) > 1 else regions)
    if len(named) > 1:
        raise DataError("folder.two_folders", name=key, first=named[0], second=named[1])
    return found[0][0], next(iter(classes), None)


def _unknown(folder: str) -> DataError:
    known = ", ".join(_known_names())
    return DataError("evaluation.no_class_or_region", name=folder, known=known)


def _known_names() -> list[str]:
    return [*CLASSES, *(region for region in REGIONS if region not in CLASSES)]


def _item(key: str, file: Path, row: Row | None) -> Item:
    region, class_name = _labels(key)
    if row is None:
        return Item(file, region, class_name)
    if row.cells["class"]:
        _check_class(row, class_name or region)
    columns = ("finding", "caption_en", "caption_vi", "group", "source")
    return Item(file, region, class_name, **{column: row.cells[column] for column in columns})


def _check_class(row: Row, folder: str) -> None:
    """``folder`` is a class or a region, and what the row states must leave a class of it open."""
    found = read_label(row, CAPTIONS)
    if not open_classes(folder) & open_classes(found):
        raise DataError(
            "folder.two_classes", name=CAPTIONS, row=row.number, first=folder, second=found
        )
