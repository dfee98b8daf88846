"""A teacher's folder of pictures -> new cases for a gallery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from entdemo.errors import DataError
from entdemo.gallery.cases import class_of, read_class
from entdemo.gallery.intake import NewCase
from entdemo.storage.table import Row, read_table
from entdemo.taxonomy import CLASSES

CAPTIONS = "captions.csv"
_DRAWN = ("style", "seed")
"""Columns that folders of drawn frames have as well; a case does not keep them."""

_COLUMNS = ("file", "class", "finding", "caption_en", "caption_vi", "source", "licence", "group")
PICTURE_ENDINGS = (
    ".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".bmp", ".tif", ".tiff",
    ".dcm",
)  # fmt: skip


def read_folder(path: str | Path) -> list[NewCase]:
    """Pictures in one sub-folder per class, described by an optional ``captions.csv``.

    Its column ``file`` is ``CLASS/NAME`` or, where it is unique, ``NAME``; pictures that it does
    not mention have no caption. With a column ``class`` pictures may lie beside it as well.

    Args:
        path: the folder.

    Returns:
        The cases, sorted by folder and file name; pictures are not opened yet.

    Raises:
        UserError: if there is no picture, a sub-folder is no class, or ``captions.csv`` names a
            missing file or a class that contradicts the folder.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise DataError("folder.missing", path=folder)
    pictures = {file.relative_to(folder).as_posix(): file for file in _pictures(folder)}
    if not pictures:
        raise DataError("folder.no_pictures", path=folder, known=", ".join(CLASSES))
    rows = read_captions(folder, pictures)
    return [_new_case(key, file, rows.get(key)) for key, file in sorted(pictures.items())]


def _pictures(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if class_of(entry.name) is None:
                known = ", ".join(CLASSES)
                raise DataError("folder.no_class", name=entry.name, known=known)
            yield from (file for file in entry.iterdir() if is_picture(file))
        elif is_picture(entry):
            yield entry


def is_picture(file: Path) -> bool:
    """Whether a file is named like a picture and is not hidden."""
    return has_picture_name(file.name) and file.is_file()


def has_picture_name(name: str) -> bool:
    """Whether a file of this name may be a picture; hidden ones are left out."""
    return name.lower().endswith(PICTURE_ENDINGS) and not name.startswith(".")


def read_captions(folder: Path, pictures: Mapping[str, Path]) -> dict[str, Row]:
    """Rows of the folder's ``captions.csv`` by the keys of ``pictures``; none without that file.

    Args:
        folder: where ``captions.csv`` lies.
        pictures: by their path in the folder, as ``CLASS/NAME``.

    Raises:
        UserError: if it cannot be read, or names a missing picture or one twice.
    """
    file = folder / CAPTIONS
    if not file.is_file():
        return {}
    rows: dict[str, Row] = {}
    for row in read_table(file.read_bytes(), CAPTIONS, (*_COLUMNS, *_DRAWN), ("file",)).rows():
        key = _key(row.cells["file"].replace("\\", "/"), pictures)
        if key is None or key in rows:
            problem = "table.no_such_file" if key is None else "table.value_twice"
            raise DataError(
                problem, name=CAPTIONS, row=row.number, column="file", value=row.cells["file"]
            )
        rows[key] = row
    return rows


def _key(file: str, pictures: Mapping[str, Path]) -> str | None:
    if file in pictures:
        return file
    named = [key for key in pictures if key.rpartition("/")[2] == file]
    return named[0] if len(named) == 1 else None


def _new_case(key: str, file: Path, row: Row | None) -> NewCase:
    of_folder = class_of(key.split("/")[0]) if "/" in key else None
    of_row = read_class(row, CAPTIONS) if row and row.cells["class"] else None
    class_name = of_folder or of_row
    if class_name is None:
        raise DataError("folder.unclassified", name=key, known=", ".join(CLASSES))
    if row and of_row and of_row != class_name:
        raise DataError(
            "folder.two_classes", name=CAPTIONS, row=row.number, first=class_name, second=of_row
        )
    texts = {column: row.cells[column] for column in _COLUMNS[2:]} if row else {}
    return NewCase(file, class_name, **texts)
