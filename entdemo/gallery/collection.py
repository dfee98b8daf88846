"""Collections: cases of a gallery in an order of a teacher's, each with a note.

A collection travels as a JSON file and names cases by their ids, so it says nothing of their
pictures; a gallery that lacks some of them shows the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from entdemo.errors import DataError
from entdemo.gallery.cases import CASE_ID
from entdemo.storage.atomic import told_writes, write_atomically
from entdemo.storage.files import read_regular

MOST_CASES = 200
MOST_KEPT = 500
MOST_LETTERS = 1000
"""In a note."""
MOST_BYTES = 2 * 1024**2
"""Of a file; every collection fits."""

_SUFFIX = ".json"


class Entry(BaseModel):
    """A case of a collection, and what the teacher wrote on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_id: Annotated[str, Field(pattern=rf"^{CASE_ID}$")]
    note: Annotated[str, Field(max_length=MOST_LETTERS)] = ""


class Collection(BaseModel):
    """Cases in their order under a name, each once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    cases: Annotated[tuple[Entry, ...], Field(max_length=MOST_CASES)] = ()


def read_collection(data: bytes) -> Collection:
    """A collection from its file.

    Raises:
        UserError: if it is none.
    """
    try:
        found = Collection.model_validate_json(data)
    except ValidationError as error:
        raise DataError("collection.none") from error
    first = {entry.case_id: entry for entry in reversed(found.cases)}
    once = tuple(entry for entry in found.cases if first[entry.case_id] is entry)
    return found.model_copy(update={"cases": once})


def load_collection(path: Path) -> Collection:
    """A collection that someone was handed as a file.

    Raises:
        UserError: if it cannot be read.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError("collection.none")
        return read_collection(read_regular(path))
    except OSError as error:
        raise DataError("collection.unreadable", name=path.name) from error


def write_collection(collection: Collection) -> bytes:
    """The file's bytes; the same collection gives the same bytes."""
    text = json.dumps(collection.model_dump(), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


class Shelf:
    """Collections kept in a folder, each under a name of its own.

    Args:
        folder: made with the first collection.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Collection]:
        """Collections by name; a file that is none is passed over."""
        return sorted(self._read(), key=lambda it: it.name.casefold())

    def _read(self) -> Iterator[Collection]:
        for file in self._folder.glob(f"*{_SUFFIX}"):
            try:
                yield load_collection(file)
            except DataError:
                continue

    def keep(self, collection: Collection) -> None:
        """Keep a collection, in place of the one of the same name.

        Raises:
            UserError: there are too many, or the folder cannot be written.
        """
        file = self._file(collection.name)
        if not file.exists() and len(list(self._folder.glob(f"*{_SUFFIX}"))) >= MOST_KEPT:
            raise DataError("collection.too_many", most=MOST_KEPT)
        write_atomically(file, write_collection(collection))

    def remove(self, name: str) -> None:
        """Forget a collection, if there is one of this name.

        Raises:
            UserError: the folder cannot be written.
        """
        file = self._file(name.strip())
        with told_writes(file):
            file.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        """Any name makes a file name that every system takes."""
        return self._folder / f"{sha256(name.encode()).hexdigest()[:24]}{_SUFFIX}"
