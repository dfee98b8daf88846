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
from entdemo.gallery.cases import class_of, read_class
from entdemo.gallery.intake import NewCase
from entdemo.gallery.teaching import NOTHING, teaching_of
from entdemo.gallery.tree import Tree, picture_tree
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import Row
from entdemo.taxonomy import CLASSES


@dataclass(frozen=True)
class FolderCases:
    """The cases of a folder, and the files in it that are none."""

    cases: list[NewCase]
    left_out: list[Skipped]


def read_folder(path: str | Path) -> FolderCases:
    """Pictures in one sub-folder per class, described by an optional ``captions.csv``.

    They may lie in folders of any depth, as one an examination, inside the class's or around it.
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
    tree = tree_with_captions(folder, ", ".join(CLASSES))
    rows = read_captions(folder, tree.pictures)
    cases, wrong = [], list[UserError]()
    for key, file in tree.pictures.items():
        try:
            cases.append(_new_case(key, file, rows.get(key)))
        except DataError as error:
            wrong.append(error)
    wrong += [_no_class(name) for name in tree.folders if not class_of(name) and tree.lacks(name)]
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
        UserError: no such folder, or no picture.
    """
    if not folder.is_dir():
        raise DataError("folder.missing", path=folder)
    table = captions_file(folder)
    tree = picture_tree(folder, (*tables, table.name if table else CAPTIONS))
    if not tree.pictures:
        raise DataError("folder.no_pictures", path=folder, known=known)
    return Tree(tree.pictures, renamed_tables(tree.left_out), tree.folders)


def classes_in(key: str) -> list[str]:
    """The classes that the folders of a path are named after, from the outermost on."""
    named = (class_of(part) for part in key.split("/")[:-1])
    return list(dict.fromkeys(name for name in named if name))


def _no_class(name: str) -> DataError:
    return DataError("folder.no_class", name=name, known=", ".join(CLASSES))


def _new_case(key: str, file: Path, row: Row | None) -> NewCase:
    of_folders = classes_in(key)
    if len(of_folders) > 1:
        raise DataError("folder.two_folders", name=key, first=of_folders[0], second=of_folders[1])
    of_folder = of_folders[0] if of_folders else None
    of_row = read_class(row, CAPTIONS) if row and row.cells["class"] else None
    class_name = of_folder or of_row
    if class_name is None and "/" in key:
        raise _no_class(key.rpartition("/")[0])
    if class_name is None:
        raise DataError("folder.unclassified", name=key, known=", ".join(CLASSES))
    if row and of_row and of_row != class_name:
        raise DataError(
            "folder.two_classes", name=CAPTIONS, row=row.number, first=class_name, second=of_row
        )
    texts = {column: row.cells[column] for column in COLUMNS[2:]} if row else {}
    taught = teaching_of(row.cells) if row else NOTHING
    return NewCase(file, class_name, **texts, teaching=taught)
