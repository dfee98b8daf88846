"""Labelled frames from a folder."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from entdemo.data.entrep import EntrepItem, group_split, is_entrep, read_entrep
from entdemo.data.entrep.captions import caption_keys
from entdemo.data.skipped import Skipped
from entdemo.errors import DataError
from entdemo.gallery.cases import class_of, read_class
from entdemo.gallery.folder import CAPTIONS, is_picture, read_captions
from entdemo.storage.table import Row
from entdemo.taxonomy import CLASSES, REGIONS, region_of

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
        skipped: entries that cannot be used.
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
        return DataSet(read_items(path))
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

    ``throat`` is both a class and a region and counts as the class. Files beside the sub-folders
    are ignored but for ``captions.csv``, see ``gallery.folder.read_captions``, and
    ``frames.csv``, whose columns file, source, group and finding tell where frames came from.

    Args:
        path: the folder.

    Returns:
        Items, sorted by folder and file name.

    Raises:
        UserError: no such folder, no pictures, a sub-folder that is neither class nor region, or
            a row of ``captions.csv`` that contradicts its picture's folder.
    """
    if not path.is_dir():
        raise DataError("folder.missing", path=path)
    pictures = {file.relative_to(path).as_posix(): file for file in _pictures(path)}
    if not pictures:
        raise DataError("folder.no_pictures", path=path, known=", ".join(_known_names()))
    rows, told = read_captions(path, pictures), read_origins(path, _ORIGIN_COLUMNS)
    items = {key: _item(file, rows.get(key)) for key, file in sorted(pictures.items())}
    found = [replace(item, **told.get(key, {})) for key, item in items.items()]
    return [replace(item, source=item.source or path.resolve().name) for item in found]


def read_origins(folder: Path, columns: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What ``frames.csv`` tells of each file, by ``FOLDER/NAME``, but for empty cells.

    Other people's tables of that name hold other columns; a table without ``file`` tells nothing.
    """
    file = folder / ORIGINS
    if not file.is_file():
        return {}
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as opened:
        return {
            row["file"]: {name: row[name] for name in columns if row.get(name)}
            for row in csv.DictReader(opened)
            if row.get("file")
        }


def _pictures(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.name.startswith("."):
            _labels(entry.name)
            yield from (file for file in entry.iterdir() if is_picture(file))


def _labels(folder_name: str) -> tuple[str, str | None]:
    """Region and, if it is known, class of a sub-folder's frames."""
    class_name = class_of(folder_name)
    if class_name:
        return region_of(class_name), class_name
    region = folder_name.lower().replace("_", "-").replace(" ", "-")
    if region not in REGIONS:
        known = ", ".join(_known_names())
        raise DataError("evaluation.no_class_or_region", name=folder_name, known=known)
    return region, None


def _known_names() -> list[str]:
    return [*CLASSES, *(region for region in REGIONS if region not in CLASSES)]


def _item(file: Path, row: Row | None) -> Item:
    region, class_name = _labels(file.parent.name)
    if row is None:
        return Item(file, region, class_name)
    if row.cells["class"]:
        _check_class(row, class_name or region)
    columns = ("finding", "caption_en", "caption_vi", "group", "source")
    return Item(file, region, class_name, **{column: row.cells[column] for column in columns})


def _check_class(row: Row, folder: str) -> None:
    """``folder`` is a class or a region, and the row's class must be it or lie in it."""
    found = read_class(row, CAPTIONS)
    if folder not in (found, region_of(found)):
        raise DataError(
            "folder.two_classes", name=CAPTIONS, row=row.number, first=folder, second=found
        )
