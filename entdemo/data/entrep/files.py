"""The files of an ENTRep folder.

::

    train/   cls.json {file: class}, i2i.json {file: file}, t2i.json {phrase: file}, imgs/
    public/  data.json [{Path, Classification, Type, Description, DescriptionEN}], images/
    test/    cls.csv, i2i.csv, t2i.csv: an item a line, no header; imgs/

Any of them may be missing. Pictures may lie in the part's folder itself and in folders of any
depth. JSON spells names ``_imageNN.png`` where the disk has ``_ImageNN.PNG`` or ``.jpg``, or the
reverse, and a value may be a list of values.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from entdemo.errors import DataError, UserError, in_one
from entdemo.gallery.tree import picture_tree
from entdemo.storage.encoding import decoded, no_text
from entdemo.storage.json_places import entry_places
from entdemo.storage.names import comparable_name
from entdemo.storage.quotation import damaged_row

CLASSES_FILE = "train/cls.json"
PAIRS_FILE = "train/i2i.json"
PHRASES_FILE = "train/t2i.json"
PUBLIC_FILE = "public/data.json"
TEST_FILES = {1: "test/cls.csv", 2: "test/i2i.csv", 3: "test/t2i.csv"}
"""The list that each track answers."""

_JSON_FILES = (CLASSES_FILE, PAIRS_FILE, PHRASES_FILE, PUBLIC_FILE)
_PICTURE_FOLDERS = ("images", "imgs")


def is_entrep(folder: Path) -> bool:
    """Whether a folder has at least one of ENTRep's files."""
    return any((folder / name).is_file() for name in (*_JSON_FILES, *TEST_FILES.values()))


class Pictures:
    """The pictures of a part of the folder, in folders of any depth, found as lists name them.

    Case, composed or decomposed letters, and the ending of the file's name do not matter: lists
    and disks differ in all three. Of several that fit, the one whose own folders and ending are
    named is meant.

    Args:
        part: ``train``, ``public`` or ``test`` in the ENTRep folder; may be missing.
    """

    def __init__(self, part: Path) -> None:
        self._part = part
        found = picture_tree(part).pictures if part.is_dir() else {}
        self._files = sorted(found.values())
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for file in self._files:
            self._by_stem[comparable_name(file.stem)].append(file)

    def all(self) -> list[Path]:
        """Every picture, sorted by name."""
        return sorted(self._files, key=lambda file: (file.name, file))

    def label(self, file: Path) -> str:
        """What tells a picture from the part's others: its path, without ``images`` or ``imgs``."""
        parts = file.relative_to(self._part).parts
        return "/".join(parts[1:] if parts[0] in _PICTURE_FOLDERS else parts)

    def find(self, name: str) -> Path | None:
        """The picture that a JSON file or a list calls ``name``; nothing outside is ever found.

        Raises:
            UserError: several pictures of different content are called so.
        """
        wanted = PurePosixPath(name.replace("\\", "/"))
        fits = self._by_stem.get(comparable_name(wanted.stem), [])
        if len(fits) < 2:
            return fits[0] if fits else None
        scores = [_fit(wanted, file) for file in fits]
        best = [file for file, score in zip(fits, scores, strict=True) if score == max(scores)]
        if len({file.read_bytes() for file in best}) > 1:
            raise DataError("entrep.ambiguous", count=len(best))
        return best[0]


def _fit(wanted: PurePosixPath, file: Path) -> tuple[int, bool]:
    """How many folders of a file a name gives, from the last on; whether its ending is right."""
    folders = 0
    for asked, own in zip(reversed(wanted.parent.parts), reversed(file.parent.parts), strict=False):
        if comparable_name(asked) != comparable_name(own):
            break
        folders += 1
    return folders, comparable_name(wanted.suffix) == comparable_name(file.suffix)


class Entry(NamedTuple):
    """An entry of a JSON file.

    Attributes:
        key: of an object's entry; empty for an array's.
        value: what it holds.
        place: file, line and column.
    """

    key: str
    value: Any
    place: str


class _Object(list[tuple[str, Any]]):
    """A JSON object as pairs: a repeated phrase is two pairs and not one."""


class EntrepFiles(NamedTuple):
    """What an ENTRep folder's files hold.

    Attributes:
        entries: of each JSON file, none of one that is missing.
        tests: by track, what ``test`` asks for; without the lists that are missing.
    """

    entries: dict[str, list[Entry]]
    tests: dict[int, list[str]]


def read_files(folder: Path) -> EntrepFiles:
    """Read all of a folder's files before any picture.

    Raises:
        UserError: each file that cannot be read, is built otherwise than expected, or is empty.
    """
    wrong: list[UserError] = []
    found = EntrepFiles({}, {})
    for name in _JSON_FILES:
        try:
            read = read_records if name == PUBLIC_FILE else read_pairs
            found.entries[name] = read(folder, name)
        except DataError as error:
            wrong.append(error)
    for track, name in TEST_FILES.items():
        try:
            if (folder / name).is_file():
                found.tests[track] = read_list(folder, name)
        except DataError as error:
            wrong.append(error)
    if wrong:
        raise in_one(wrong)
    return found


def values_of(value: object) -> list[object]:
    """The items of a JSON array, or the one value itself."""
    return list(value) if isinstance(value, list) and not isinstance(value, _Object) else [value]


def read_pairs(folder: Path, name: str) -> list[Entry]:
    """Entries of a JSON object in the order of the file; none if there is no such file.

    Raises:
        UserError: it cannot be read, is no JSON object, or holds nothing.
    """
    if not (folder / name).is_file():
        return []
    found, places = _read_json(folder, name)
    if not isinstance(found, _Object):
        raise DataError("entrep.shape", name=name, expected="{…: …}")
    return [Entry(*pair, place) for pair, place in zip(found, places, strict=True)]


def read_records(folder: Path, name: str) -> list[Entry]:
    """Objects of a JSON array, as dictionaries; none if there is no such file.

    Raises:
        UserError: it cannot be read, is no array of JSON objects, or holds nothing.
    """
    if not (folder / name).is_file():
        return []
    found, places = _read_json(folder, name)
    if isinstance(found, _Object) or not all(isinstance(row, _Object) for row in found):
        raise DataError("entrep.shape", name=name, expected="[{…}, …]")
    return [Entry("", dict(row), place) for row, place in zip(found, places, strict=True)]


def read_list(folder: Path, name: str) -> list[str]:
    """Items of a list without header, in order.

    An item may be quoted and then hold line ends; commas outside quotes belong to the item, but for
    those that spreadsheets leave behind the last one. Spaces beside an item do not count.

    Raises:
        UserError: no such file, it cannot be read, or holds nothing.
    """
    text = _read_text(folder, name)
    rows: list[str] = []
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for row in reader:
            rows.append(",".join(row).strip(", \t"))
            line = reader.line_num + 1
    except csv.Error as error:
        raise damaged_row(name, len(rows) + 1, text, line) from error
    items = [row for row in rows if row]
    if not items:
        raise DataError("entrep.empty", name=name)
    return items


def _read_json(folder: Path, name: str) -> tuple[list[Any], Iterator[str]]:
    """An object or array, and where each of its entries stands."""
    text = _read_text(folder, name)
    try:
        found = json.loads(text, object_pairs_hook=_Object) if text.strip() else []
    except (ValueError, RecursionError) as error:
        raise not_json(name, error) from error
    if not isinstance(found, list):
        raise DataError("entrep.shape", name=name, expected="{…} / […]")
    if not found:
        raise DataError("entrep.empty", name=name)
    return found, (f"{name}, {line}:{column}" for line, column in entry_places(text))


def not_json(name: str, error: ValueError | RecursionError) -> DataError:
    """Why a file is no JSON, with line and column where Python tells them."""
    line, column, reason = 1, 1, type(error).__name__  # too many digits, brackets too deep
    if isinstance(error, json.JSONDecodeError):
        line, column, reason = error.lineno, error.colno, error.msg
    return DataError("entrep.not_json", name=name, line=line, column=column, reason=reason)


def _read_text(folder: Path, name: str) -> str:
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise DataError("evaluation.no_file", path=folder / name) from error
    try:
        return decoded(data)
    except UnicodeDecodeError as error:
        raise no_text("evaluation.not_utf8", name, data) from error
