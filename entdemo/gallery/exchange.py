"""Galleries that travel: ``cases.csv`` and ``frames/``, as a folder or a zip, without vectors.

The other installation computes the vectors with its own weights. Ids and stored frames stay the
same bytes; the name of each frame holds a part of its hash, so damage on the way is noticed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath

from PIL.JpegImagePlugin import JpegImageFile

from entdemo.errors import GalleryError, StorageError
from entdemo.gallery.build import make_gallery
from entdemo.gallery.cases import Case, read_cases, write_cases
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.manifest import CASES, FRAMES
from entdemo.gallery.reading import read_consistent
from entdemo.gallery.store import Gallery, Progress
from entdemo.gallery.tree import is_passed
from entdemo.image.decode import MAX_BYTES
from entdemo.image.frame import load_frame
from entdemo.storage.atomic import new_file, new_folder
from entdemo.storage.files import read_regular, sha256
from entdemo.storage.names import comparable

Read = Callable[[str], bytes]
"""Name inside an export -> bytes; raises OSError where there is no such file."""

_SUFFIX = ".zip"
_MAX_TABLE = 256 * 1024 * 1024
_FRAME_NAME = re.compile(rf"{FRAMES}/c-[0-9a-f]{{12}}-([0-9a-f]{{8}})\.jpg")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def export_gallery(path: str | Path, target: Path) -> int:
    """Write what another installation needs to make the same gallery.

    Args:
        path: the gallery's folder.
        target: a new folder, or a new file that ends in ``.zip``; it appears whole or not.

    Returns:
        The number of cases.

    Raises:
        UserError: the gallery is damaged, or ``target`` is in use or cannot be written.
    """
    folder = Path(path)
    cases = [case for _, case in read_consistent(folder, lambda _: None)[1]]
    if target.suffix == _SUFFIX:
        _write_zip(folder, cases, target)
    else:
        with new_folder(target) as made:
            (made / FRAMES).mkdir()
            for name, data in _content(folder, cases):
                (made / name).write_bytes(data)
    return len(cases)


def _content(folder: Path, cases: list[Case]) -> Iterator[tuple[str, bytes]]:
    yield CASES, write_cases(cases)
    for case in cases:
        yield case.file, read_regular(folder / case.file)


def _write_zip(folder: Path, cases: list[Case], target: Path) -> None:
    """The same gallery gives the same bytes; pictures do not get smaller by packing."""
    if target.exists():
        raise StorageError("storage.in_use", path=target)
    with new_file(target) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in _content(folder, cases):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)


def import_gallery(
    path: str | Path,
    source: Path,
    embedder: Embedder,
    *,
    progress: Progress | None = None,
) -> Gallery:
    """Make a gallery of what ``export_gallery`` wrote, in place of one that is there.

    Args:
        path: the gallery's folder.
        source: the export, from anyone: a folder or a zip.
        embedder: computes the vectors.
        progress: told how many frames are embedded.

    Raises:
        UserError: ``source`` is no export, lacks a frame or holds another one; or as
            ``build_gallery``.
    """
    with _opened(source) as read:
        cases = _read_cases(source, read)
        frames = ((case.file, _read_frame(read, case.file)) for case in cases)
        return make_gallery(path, cases, frames, embedder, progress=progress)


def _read_cases(source: Path, read: Read) -> list[Case]:
    try:
        return read_cases(read(CASES))
    except OSError as error:
        raise GalleryError("gallery.no_export", path=source) from error


def _read_frame(read: Read, file: str) -> bytes:
    """A stored frame, if it is whole, can be decoded and carries nothing but its picture."""
    try:
        data = read(file)
    except OSError as error:
        raise GalleryError("gallery.export_lacks", file=file) from error
    named = _FRAME_NAME.fullmatch(file)
    if named is None or sha256(data)[:8] != named[1]:
        raise GalleryError("gallery.export_changed", file=file)
    load_frame(data)
    if any(kind != "APP0" for kind, _ in JpegImageFile(BytesIO(data)).applist):
        raise GalleryError("gallery.export_changed", file=file)
    return data


@contextmanager
def _opened(source: Path) -> Iterator[Read]:
    if not source.is_file():
        folder = _innermost(source)
        yield lambda name: read_regular(folder / name, _most_bytes(name))
        return
    try:
        archive = zipfile.ZipFile(source)
    except (OSError, *_ZIP_DAMAGE) as error:
        raise GalleryError("gallery.no_export", path=source) from error
    with archive:
        yield partial(_member, archive, _members(archive))


def _innermost(source: Path) -> Path:
    """The folder of an export that lies alone in another one."""
    if (source / CASES).is_file() or not source.is_dir():
        return source
    inside = [entry for entry in source.iterdir() if not is_passed(entry.name)]
    return inside[0] if len(inside) == 1 and (inside[0] / CASES).is_file() else source


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Entries by their name in the export, which may have been packed again in a folder.

    Some programs on Windows part folders by backslashes.
    """
    paths = {PurePosixPath(comparable(it.filename)): it for it in archive.infolist()}
    shown = {path: it for path, it in paths.items() if not any(map(is_passed, path.parts))}
    roots = sorted((path.parent for path in shown if path.name == CASES), key=lambda it: it.parts)
    root = min(roots, key=lambda it: len(it.parts), default=PurePosixPath())
    inside = {path: it for path, it in shown.items() if path.is_relative_to(root)}
    return {path.relative_to(root).as_posix(): it for path, it in inside.items()}


def _most_bytes(name: str) -> int:
    return _MAX_TABLE if name == CASES else MAX_BYTES


def _member(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    limit = _most_bytes(name)
    try:
        with archive.open(members[name]) as file:
            data = file.read(limit + 1)
    except (KeyError, *_ZIP_DAMAGE) as error:
        raise FileNotFoundError(name) from error
    if len(data) > limit:
        raise GalleryError("gallery.export_changed", file=name)
    return data
