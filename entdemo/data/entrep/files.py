"""The files of an ENTRep folder.

::

    train/   cls.json {file: class}, i2i.json {file: file}, t2i.json {phrase: file}, imgs/
    public/  data.json [{Path, Classification, Type, Description, DescriptionEN}], images/
    test/    cls.csv, i2i.csv, t2i.csv: an item a line, no header; imgs/

Any of them may be missing. Pictures may also lie in the part's folder itself. JSON spells names
``_imageNN`` where the disk has ``_ImageNN``, or the reverse.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path, PurePosixPath
from typing import Any

from entdemo.errors import DataError
from entdemo.gallery.folder import is_picture

CLASSES_FILE = "train/cls.json"
PAIRS_FILE = "train/i2i.json"
PHRASES_FILE = "train/t2i.json"
PUBLIC_FILE = "public/data.json"
TEST_FILES = {1: "test/cls.csv", 2: "test/i2i.csv", 3: "test/t2i.csv"}
"""The list that each track answers."""

_JSON_FILES = (CLASSES_FILE, PAIRS_FILE, PHRASES_FILE, PUBLIC_FILE)
_PICTURE_FOLDERS = ("", "images", "imgs")


def is_entrep(folder: Path) -> bool:
    """Whether a folder has at least one of ENTRep's files."""
    return any((folder / name).is_file() for name in (*_JSON_FILES, *TEST_FILES.values()))


class Pictures:
    """The pictures of a part of the folder, found under either spelling of ``_image``.

    Args:
        part: ``train``, ``public`` or ``test`` in the ENTRep folder; may be missing.
    """

    def __init__(self, part: Path) -> None:
        self._files: dict[str, Path] = {}
        for name in _PICTURE_FOLDERS:
            folder = part / name
            if folder.is_dir():
                self._files |= {
                    file.name: file for file in sorted(folder.iterdir()) if is_picture(file)
                }

    def all(self) -> list[Path]:
        """Every picture, sorted by name."""
        return [self._files[name] for name in sorted(self._files)]

    def find(self, name: str) -> Path | None:
        """The picture that a JSON file or a list calls ``name``; nothing outside is ever found."""
        name = PurePosixPath(name.replace("\\", "/")).name
        spellings = (name, name.replace("_image", "_Image"), name.replace("_Image", "_image"))
        return next((self._files[it] for it in spellings if it in self._files), None)


class _Object(list[tuple[str, Any]]):
    """A JSON object as pairs: a repeated phrase is two pairs and not one."""


def read_pairs(folder: Path, name: str) -> list[tuple[str, Any]]:
    """Keys and values of a JSON object in the order of the file; none if there is no such file.

    Raises:
        UserError: it cannot be read, is no JSON object, or holds nothing.
    """
    if not (folder / name).is_file():
        return []
    found = _read_json(folder, name)
    if not isinstance(found, _Object):
        raise DataError("entrep.shape", name=name, expected="{…: …}")
    return found


def read_records(folder: Path, name: str) -> list[dict[str, Any]]:
    """Objects of a JSON array; none if there is no such file.

    Raises:
        UserError: it cannot be read, is no array of JSON objects, or holds nothing.
    """
    if not (folder / name).is_file():
        return []
    found = _read_json(folder, name)
    if isinstance(found, _Object) or not all(isinstance(row, _Object) for row in found):
        raise DataError("entrep.shape", name=name, expected="[{…}, …]")
    return [dict(row) for row in found]


def read_list(folder: Path, name: str) -> list[str]:
    """Items of a list without header, in order.

    An item may be quoted and then hold line ends; commas outside quotes belong to the item.

    Raises:
        UserError: no such file, it cannot be read, or holds nothing.
    """
    text = _read_text(folder, name)
    try:
        rows = [",".join(row) for row in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        raise DataError("table.damaged", name=name) from error
    items = [row for row in rows if row.strip()]
    if not items:
        raise DataError("entrep.empty", name=name)
    return items


def _read_json(folder: Path, name: str) -> list[Any]:
    text = _read_text(folder, name)
    try:
        found = json.loads(text, object_pairs_hook=_Object) if text.strip() else []
    except (ValueError, RecursionError) as error:
        raise DataError("entrep.not_json", name=name) from error
    if not isinstance(found, list):
        raise DataError("entrep.shape", name=name, expected="{…} / […]")
    if not found:
        raise DataError("entrep.empty", name=name)
    return found


def _read_text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("evaluation.not_utf8", name=name) from error
    except OSError as error:
        raise DataError("evaluation.no_file", path=folder / name) from error
