"""A served gallery that follows its folder, which the command line may change meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from entdemo.gallery.manifest import CASES, FILE_NAME
from entdemo.gallery.store import Gallery

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

LOOK_EVERY_S = 3.0

Stamp = tuple[Path, tuple[tuple[int, int, int] | None, ...]]
"""A gallery's folder, and inode, size and time of the files that each change replaces."""


def stamp_of(folder: Path) -> Stamp:
    """What changes with each change of a gallery; take it before the gallery is opened."""
    return folder, tuple(_stamp(folder / name) for name in (FILE_NAME, CASES))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class GalleryWatch:
    """Lets a predictor serve its gallery as it lies in its folder.

    Args:
        predictor: whose gallery is watched.
        seen: stamp of the gallery that it serves, taken before that was opened.
    """

    def __init__(self, predictor: Predictor, seen: Stamp) -> None:
        self._predictor = predictor
        self._seen = seen

    def look(self) -> None:
        """Open the gallery again if its files changed; once for each change.

        Raises:
            UserError: it cannot be opened; what was served before is, until the next change.
        """
        served = self._predictor.gallery
        stamp = stamp_of(served.folder)
        if stamp == self._seen:
            return
        self._seen = stamp
        opened = Gallery.open(served.folder, self._predictor.embedder)
        if self._predictor.gallery is served:  # else the page has changed it meanwhile
            self._predictor.gallery = opened
