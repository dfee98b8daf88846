"""A teacher's folder of pictures -> new cases for a gallery."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.captions import (
    CAPTIONS,
    COLUMNS,
    captions_file,
    read_captions,
    renamed_tables,
)
from entdemo.gallery.cases import label_of, read_label
from entdemo.gallery.intake import NewCase
from entdemo.gallery.teaching import NOTHING, Teaching, teaching_of
from entdemo.gallery.tree import Tree, picture_tree
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import Row
from entdemo.taxonomy import (
    CLASSES,
    FINDINGS,
    LABELS,
    label_of_classes,
    open_classes,
)
from entdemo.text.letters import comparable_label


@dataclass(frozen=True)
class FolderCases:
    """The cases of a folder, and the files in it that are none."""

    cases: list[NewCase]
    left_out: list[Skipped]


def read_folder(path: str | Path) -> FolderCases:
    """Pictures in one sub-folder per class, described by an optional ``captions.csv``.

    Where the class is not known a region or a side does, and a finding that only one region has.
    Pictures may lie in folders of any depth, as one an examination, in the class's or around it.
    The table's column ``file`` is a picture's path or, where it is unique, the path's end;
    pictures that it does not mention have no caption. With a column ``class`` pictures may lie
    in any folder.

    Args:
        path: the folder.

    Returns:
        The cases, sorted by path; pictures are not opened yet.

    Raises:
        UserError: if there is no picture, a sub-folder is no class, or ``captions.csv`` names a
            missing file or a class that contradicts the folder.
    """
    folder = Path(path)
    tree = tree_with_captions(folder, ", ".join(LABELS))
    rows = read_captions(folder, tree.pictures)
    cases, wrong = [], list[UserError]()
    for key, file in tree.pictures.items():
        try:
            cases.append(_new_case(key, file, rows.get(key)))
        except DataError as error:
            wrong.append(error)
    wrong += [_no_class(name) for name in tree.folders if not label_of(name) and tree.lacks(name)]
    if wrong:
        raise in_one(wrong)
    return FolderCases(cases, tree.left_out)


def tree_with_captions(folder: Path, known: str, *tables: str) -> Tree:
    """The pictures below a folder; its table of captions is none of what is left out.

    Args:
        folder: holds sub-folders of pictures.
        known: what sub-folders may be called, for a message.
        tables: names of other files that are meant to lie there.

    Raises:
        UserError: no such folder, or no picture; why each file that lies there is none.
    """
    if not folder.is_dir():
        raise DataError("folder.missing", path=folder)
    table = captions_file(folder)
    tree = picture_tree(folder, (*tables, table.name if table else CAPTIONS))
    left_out = renamed_tables(tree.left_out)
    if not tree.pictures:
        none = DataError("folder.no_pictures", path=folder, known=known)
        each = (DataError("gallery.bad_picture", name=it.name, reason=it.reason) for it in left_out)
        raise in_one([none, *each])
    return Tree(tree.pictures, left_out, tree.folders)


def labels_in(key: str) -> list[str]:
    """What the folders of a path state, from the outermost on."""
    named = (label_of(part) for part in key.split("/")[:-1])
    return list(dict.fromkeys(name for name in named if name))


def _no_class(name: str) -> DataError:
    return DataError("folder.no_class", name=name, known=", ".join(LABELS))


def _new_case(key: str, file: Path, row: Row | None) -> NewCase:
    of_folders = labels_in(key)
    of_folder = _together(of_folders)
    if of_folders and of_folder is None:
        raise DataError("folder.two_folders", name=key, first=of_folders[0], second=of_folders[1])
    of_row = read_label(row, CAPTIONS) if row and row.cells["class"] else None
    stated = [label for label in (of_folder, of_row) if label]
    label = _together(stated) if stated else _of_finding(row.cells["finding"] if row else "")
    if row and stated and label is None:
        raise DataError(
            "folder.two_classes", name=CAPTIONS, row=row.number, first=of_folder, second=of_row
        )
    if label is None and "/" in key:
        raise _no_class(key.rpartition("/")[0])
    if label is None:
        raise DataError("folder.unclassified", name=key, known=", ".join(LABELS))
    texts = {column: row.cells[column] for column in COLUMNS[2:]} if row else {}
    taught = _taught(row) if row else NOTHING
    return NewCase(file, label, **texts, teaching=taught)


def _together(labels: list[str]) -> str | None:
    """What labels state together, as a region and a side a class; None if they exclude each other
    or there are none."""
    if not labels:
        return None
    return label_of_classes(frozenset(CLASSES).intersection(*map(open_classes, labels)))


def _of_finding(text: str) -> str | None:
    """The region that a finding is of; None where it is unknown, or of several regions."""
    named = comparable_label(text)
    regions = {
        finding.region
        for finding in FINDINGS
        if named in map(comparable_label, (finding.key, finding.en, finding.vi))
    }
    return regions.pop() if len(regions) == 1 else None


def _taught(row: Row) -> Teaching:
    try:
        return teaching_of(row.cells)
    except DataError as error:
        value = row.cells["link"]
        raise DataError(
            "table.link", name=CAPTIONS, row=row.number, column="link", value=value
        ) from error
