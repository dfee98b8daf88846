"""What a visitor handed in -> new cases for the gallery."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from entdemo.errors import PageError
from entdemo.gallery.captions import CAPTIONS
from entdemo.gallery.folder import read_folder
from entdemo.gallery.intake import NewCase
from entdemo.gallery.teaching import COLUMNS as TEACHING
from entdemo.gallery.teaching import teaching_of
from entdemo.storage.names import fitting
from entdemo.taxonomy import LABELS, finding_key, region_of
from entdemo.ui.events import Data
from entdemo.ui.uploads import move_upload

MOST = 100
"""Pictures at once; browsers hand them in one by one, and they are kept only until then."""


@contextmanager
def handed_in(data: Data) -> Iterator[list[NewCase]]:
    """The cases that the page sent; their files are gone when the context ends.

    Args:
        data: ``files``, each with ``path`` and ``name``; ``table``, the same of a CSV, or None;
            without a table each file also has the fields of its case.

    Raises:
        UserError: if there are none or too many, a file is gone, a class is missing, or the table
            does not fit the pictures.
    """
    files = [file for file in _list(data.get("files")) if isinstance(file, Mapping)]
    if not files:
        raise PageError("edit.no_pictures")
    if len(files) > MOST:
        raise PageError("edit.too_many", most=MOST)
    table = data.get("table")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if isinstance(table, Mapping):
            yield _by_table(folder, files, table)
        else:
            yield [_by_form(folder / str(place), file) for place, file in enumerate(files)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _by_table(
    folder: Path, files: list[Mapping[str, Any]], table: Mapping[str, Any]
) -> list[NewCase]:
    """Pictures beside each other with the table, as in a teacher's folder."""
    for file in files:
        target = folder / file_name(file.get("name"))
        if target.exists():
            raise PageError("edit.name_twice", name=target.name)
        move_upload(file.get("path"), target)
    move_upload(table.get("path"), folder / CAPTIONS)
    found = read_folder(folder)
    for other in found.left_out:
        raise PageError("gallery.bad_picture", name=other.name, reason=other.reason)
    return found.cases


def _by_form(folder: Path, file: Mapping[str, Any]) -> NewCase:
    """A picture in a folder of its own, since two may be called the same."""
    folder.mkdir()
    picture = move_upload(file.get("path"), folder / file_name(file.get("name")))
    class_name = str(file.get("class") or "")
    if class_name not in LABELS:
        raise PageError("edit.no_class", name=picture.name)
    return NewCase(
        picture,
        class_name,
        finding_key(region_of(class_name), _text(file, "finding")),
        _text(file, "caption_en"),
        _text(file, "caption_vi"),
        _text(file, "source"),
        _text(file, "licence"),
        _text(file, "group"),
        teaching=teaching_of({column: _text(file, column) for column in TEACHING}),
    )


def _text(file: Mapping[str, Any], name: str) -> str:
    return " ".join(str(file.get(name) or "").split())


def file_name(name: object) -> str:
    """The last part of a file's name, never hidden; it only serves to tell pictures apart."""
    last = PurePosixPath(str(name or "").replace("\\", "/")).name.lstrip(".").replace("\0", "")
    return fitting(last) or "picture"
