"""``gallery.json``, and how a gallery's files change together.

A writer, alone under its lock, first writes new frames (named by content, so none is overwritten)
and the other files as ``NAME.new``. Replacing ``gallery.json``, which states every file's sha256,
is the commit; after it ``NAME.new`` becomes ``NAME``. A reader takes whichever of the two has the
stated hash and starts again if ``gallery.json`` changed meanwhile, so it sees the old state or the
new one. A crash before the commit leaves files that the next writer sweeps away, a crash after it
leaves ``.new`` files that readers use and the next writer renames.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from mmap import mmap
from pathlib import Path
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from entdemo.errors import GalleryError, GalleryLockedError, UserError
from entdemo.gallery.cases import FRAME_FILE
from entdemo.storage.atomic import replace, write_atomically
from entdemo.storage.files import MappedFile, read_regular, sha256
from entdemo.storage.formats import Migration, NewerFormatError, migrated

C = TypeVar("C")

FORMAT = 1
MIGRATIONS: dict[int, Migration] = {}
"""Steps from older formats, by the format that each starts from."""

FILE_NAME = "gallery.json"
CASES, VECTORS, INDEX = "cases.csv", "vectors.safetensors", "index.hnsw"
FRAMES = "frames"
DATA_FILES = (CASES, VECTORS, INDEX)
OWN_NAMES = (FILE_NAME, *DATA_FILES)

_OWN_FRAME = re.compile(r"\.?c-[0-9a-f]{12}-[0-9a-f]{8}\.jpg.*")
_MOST_BYTES = 2 << 30
"""Of ``gallery.json``; that of ten million cases fits."""
_MOST_TIMES = 64
_MOST_BESIDE = 1 << 20
"""So many times its bytes, and so many more, each file beside it may have: some 12 KB a case, of
which a vector of 1,024 numbers and its links take 5."""
_ATTEMPTS = 40
_PAUSE = 0.05


_STRICT = ConfigDict(extra="forbid")


@checked_dataclass(config=_STRICT, frozen=True, slots=True)
class Mark:
    """Size and hash of a file."""

    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @classmethod
    def of(cls, data: bytes | mmap) -> Mark:
        """Mark of a file with this content."""
        return cls(size=len(data), sha256=sha256(data))

    def fits(self, data: bytes) -> bool:
        """Whether this is the marked content."""
        return len(data) == self.size and sha256(data) == self.sha256


@checked_dataclass(config=_STRICT, frozen=True, slots=True)
class FrameMark(Mark):
    """The frame that a row of the vectors was computed from."""

    case_id: str
    file: Annotated[str, Field(pattern=FRAME_FILE)]


class Manifest(BaseModel):
    """Content of ``gallery.json``.

    Attributes:
        bundle: id of the weight bundle that made the vectors.
        preprocess: hash of the settings with which frames were prepared for it.
        space: how vectors are compared: inner product of unit vectors, which is the cosine.
        dim: length of a vector.
        files: marks of the three data files.
        frames: marks of the frames, in the order of the rows of the vectors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    bundle: str
    preprocess: str
    space: Literal["ip"] = "ip"
    dim: int = Field(ge=1)
    files: dict[str, Mark]
    frames: list[FrameMark]

    def to_bytes(self) -> bytes:
        """As JSON."""
        return (json.dumps(self.model_dump(), indent=1, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class State:
    """A gallery's files as they belong together.

    Attributes:
        cases: bytes of ``cases.csv``; a person may have edited it since.
        vectors: bytes of ``vectors.safetensors``.
        index: ``index.hnsw``, None where they are not those that were written.
    """

    manifest: Manifest
    cases: bytes
    vectors: bytes
    index: MappedFile | None

    @property
    def cases_unchanged(self) -> bool:
        """Whether nobody has edited ``cases.csv`` since it was written."""
        mark = self.manifest.files.get(CASES)
        return mark is not None and mark.fits(self.cases)


def read_state(folder: Path) -> State:
    """Read a gallery, also while another process changes it.

    Raises:
        UserError: if it is none, or was damaged.
    """
    for _ in range(_ATTEMPTS):
        before = _manifest_bytes(folder)
        try:
            state, trouble = _state(folder, before), None
        except UserError as error:
            state, trouble = None, error
        if _manifest_bytes(folder) == before:
            if state is None:
                raise trouble or GalleryError("gallery.damaged", file=FILE_NAME)
            return state
        time.sleep(_PAUSE)
    raise GalleryLockedError("gallery.locked", path=folder)


def commit(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Replace a gallery's state; call it under the writer's lock, frames already written."""
    for name, data in files.items():
        write_atomically(folder / f"{name}.new", data)
    write_atomically(folder / FILE_NAME, manifest.to_bytes())
    finish(folder)


def finish(folder: Path, spared: frozenset[str] = frozenset()) -> None:
    """Complete the last commit and sweep away what earlier crashes left; needs the lock.

    Args:
        folder: of the gallery.
        spared: frames that stay although no case has them yet.
    """
    data = _manifest_bytes(folder)
    manifest = _parsed(data)
    for name in DATA_FILES:
        waiting = folder / f"{name}.new"
        found = _read(waiting, _most_bytes(data))
        if found and found.mark == manifest.files.get(name):
            replace(waiting, folder / name)
        elif found:
            _sweep(waiting)
    keep = {frame.file for frame in manifest.frames} | spared
    for file in (folder / FRAMES).glob("*"):
        if _OWN_FRAME.fullmatch(file.name) and f"{FRAMES}/{file.name}" not in keep:
            _sweep(file)
    for name in OWN_NAMES:
        for file in folder.glob(f".{name}.*"):
            _sweep(file)


def _sweep(file: Path) -> None:
    with suppress(OSError):  # a leftover that cannot be removed does no harm
        file.unlink(missing_ok=True)


def _manifest_bytes(folder: Path) -> bytes:
    try:
        return read_regular(folder / FILE_NAME, _MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise GalleryError("gallery.missing", path=folder) from error
    except OSError as error:
        raise GalleryError("gallery.unreadable", file=FILE_NAME) from error


def _most_bytes(manifest_data: bytes) -> int:
    """Of each data file, by the number of cases that ``gallery.json`` has room for."""
    return _MOST_BESIDE + _MOST_TIMES * len(manifest_data)


def _parsed(data: bytes) -> Manifest:
    try:
        with suppress(ValidationError):  # of today's format: most are, and this is quicker
            return Manifest.model_validate_json(data)
        return Manifest.model_validate(migrated(json.loads(data), FORMAT, MIGRATIONS))
    except NewerFormatError as error:
        raise GalleryError("gallery.newer", format=error.found, known=FORMAT) from error
    except (ValueError, RecursionError) as error:
        raise GalleryError("gallery.damaged", file=FILE_NAME) from error


def _state(folder: Path, manifest_data: bytes) -> State:
    most = _most_bytes(manifest_data)
    read, mapped = partial(_read, most=most), partial(_map, most=most)
    with ThreadPoolExecutor() as pool:  # reading and hashing let other threads run
        found_cases = pool.submit(read, folder / CASES)
        found_vectors = pool.submit(read, folder / VECTORS)
        found_index = pool.submit(mapped, folder / INDEX)
        manifest = _parsed(manifest_data)
    marked = partial(_marked, folder, manifest)
    cases = marked(CASES, read, found_cases.result()) or found_cases.result()
    vectors = marked(VECTORS, read, found_vectors.result())
    index = marked(INDEX, mapped, found_index.result())
    if cases is None or vectors is None:
        raise GalleryError("gallery.damaged", file=CASES if cases is None else VECTORS)
    return State(manifest, cases.content, vectors.content, index and index.content)


class _Found(NamedTuple, Generic[C]):
    content: C
    mark: Mark


def _read(file: Path, most: int) -> _Found[bytes] | None:
    try:
        data = read_regular(file, most)
    except OSError:
        return None
    return _Found(data, Mark.of(data))


def _map(file: Path, most: int) -> _Found[MappedFile] | None:
    try:
        mapped = MappedFile.of(file, most)
    except OSError:
        return None
    return _Found(mapped, Mark.of(mapped.data))


def _marked(
    folder: Path,
    manifest: Manifest,
    name: str,
    read: Callable[[Path], _Found[C] | None],
    plain: _Found[C] | None,
) -> _Found[C] | None:
    """The file if it is the stated one.

    The plain name, read before, comes again: the writer may rename between the looks.
    """
    mark = manifest.files.get(name)
    for found in chain([plain], map(read, (folder / f"{name}.new", folder / name))):
        if found is not None and found.mark == mark:
            return found
    return None
