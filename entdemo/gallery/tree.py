"""The pictures below a folder, in folders of any depth, and what else lies there."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from entdemo.errors import FrameError, UserError
from entdemo.image.decode import check_opens
from entdemo.storage.names import comparable_name
from entdemo.storage.skipped import Skipped

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".dcm")
"""Endings of files that are pictures whatever they hold: one that cannot be read is told as bad."""
PICTURE_ENDINGS = (*_PICTURES, ".heic", ".heif", ".avif", ".gif", ".jfif", ".jpe", ".jp2", ".j2k")
"""Usual endings of all that is read."""
_OF_SYSTEMS = frozenset(
    [
        *("__macosx", "@eadir", "#recycle", "$recycle.bin", "system volume information"),
        *("lost+found", "thumbs.db", "ehthumbs.db", "desktop.ini"),
    ]
)
"""What Windows, macOS and network drives put beside people's files."""


@dataclass(frozen=True)
class Tree:
    """What lies below a folder.

    Attributes:
        pictures: by their path below it, with ``/`` between its parts, sorted.
        left_out: other files; those of operating systems and hidden ones are passed over.
        folders: names of the folders that lie in it directly.
    """

    pictures: dict[str, Path]
    left_out: list[Skipped] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)

    def lacks(self, folder: str) -> bool:
        """Whether no picture lies in or below a folder of it."""
        return not any(name.startswith(f"{folder}/") for name in self.pictures)


def picture_tree(folder: Path, tables: Container[str] = ()) -> Tree:
    """Find all pictures below a folder.

    A file whose name says that it is a JPEG, PNG, WebP, BMP, TIFF or DICOM file is one; any other,
    as one of a phone or without an ending, is one if it can be opened as one.

    Args:
        folder: is there.
        tables: names of files in the folder itself that are meant to lie there.

    Raises:
        OSError: a folder cannot be listed.
    """
    pictures: dict[str, Path] = {}
    left_out = []
    for file in _files(folder):
        name = file.relative_to(folder).as_posix()
        reason = None if has_picture_name(file.name) else _why_no_picture(file)
        if reason is None:
            pictures[name] = file
        elif name not in tables:
            left_out.append(Skipped(name, reason))
    found = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    return Tree(
        dict(sorted(pictures.items())), left_out, [name for name in found if not is_passed(name)]
    )


def has_picture_name(name: str) -> bool:
    """Whether a file's name says that it is a picture; hidden ones are none."""
    return name.strip().lower().endswith(_PICTURES) and not is_passed(name)


def is_passed(name: str) -> bool:
    """Whether a file or folder is hidden or an operating system's own."""
    return name.startswith(".") or comparable_name(name) in _OF_SYSTEMS


def _files(folder: Path) -> Iterator[Path]:
    """All files that are not passed over; links to folders are followed, but in no circle."""
    seen: set[tuple[int, int]] = set()
    for parent, folders, files in os.walk(folder, followlinks=True, onerror=_raise):
        status = os.stat(parent)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not is_passed(name))
        for name in sorted(files):
            file = Path(parent, name)
            if not is_passed(name) and file.is_file():
                yield file


def _raise(error: OSError) -> None:
    raise error


def _why_no_picture(file: Path) -> UserError | None:
    try:
        check_opens(file)
    except UserError as error:
        return error
    except OSError:
        return FrameError("frame.unreadable", name=file.name)
    return None
