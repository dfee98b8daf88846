"""A teacher's own cases in the gallery that the app serves.

The shipped gallery is never changed: the first own case makes a copy of it in the user's data
folder, which the app serves from then on and takes up again when it is started anew. A gallery
that was named by ENTDEMO_GALLERY is changed where it lies.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from entdemo.errors import OtherWeightsError, PageError
from entdemo.gallery.build import (
    add_cases,
    embed_again,
    put_back,
    remove_cases,
    revise_case,
)
from entdemo.gallery.cases import Case, read_cases
from entdemo.gallery.intake import NewCase
from entdemo.gallery.manifest import CASES, FILE_NAME
from entdemo.gallery.store import Gallery, Progress
from entdemo.gallery.teaching import teaching_of
from entdemo.storage.atomic import new_folder
from entdemo.storage.table import tidy
from entdemo.taxonomy import LABELS, finding_key, region_of

if TYPE_CHECKING:
    from entdemo.predictor import Predictor


_MOST_REMOVED = 20
"""Removed cases that can be put back, each with its frame of up to about 100 kB."""


@dataclass(frozen=True)
class Added:
    """What came of adding cases: how many are new, and how many were there already."""

    new: int
    known: int


class Editor:
    """Changes a predictor's gallery on disk and lets the predictor serve the result.

    One change at a time; whoever searches meanwhile sees the gallery before it or after it.

    Args:
        predictor: whose gallery is changed.
        shipped: the gallery that is only ever copied.
        own: where its copy goes.

    Attributes:
        lock: held while the gallery changes.
    """

    def __init__(self, predictor: Predictor, shipped: Path, own: Path) -> None:
        self._predictor = predictor
        self._shipped = shipped
        self._own = own
        self.lock = threading.Lock()
        self._removed: dict[str, tuple[Case, bytes]] = {}
        self._shipped_ids = _ids(shipped)

    @property
    def folder(self) -> Path:
        """Where own cases go."""
        return self._own if self.copies else self._predictor.gallery.folder

    @property
    def copies(self) -> bool:
        """Whether the next change makes a copy of the shipped gallery first."""
        return self._predictor.gallery.folder.resolve() == self._shipped.resolve()

    def own_ids(self) -> frozenset[str]:
        """Ids of the cases that did not come with the app; they can be removed."""
        cases = self._predictor.gallery.cases
        return frozenset(case.case_id for case in cases) - self._shipped_ids

    def add(self, items: Iterable[NewCase], progress: Progress | None = None) -> Added:
        """Add cases, and serve them.

        Raises:
            UserError: if a picture cannot be used or the folder cannot be written; nothing is
                added then.
        """
        pictures = list(items)
        with self.lock:
            folder, before = self._changeable(), len(self._predictor.gallery.cases)
            embedder = self._predictor.embedder
            add = partial(add_cases, folder, pictures, embedder, progress=progress)
            self._grow(folder, add, progress)
            new = len(self._predictor.gallery.cases) - before
            return Added(new, len(pictures) - new)

    def remove(self, case_id: str) -> Case:
        """Remove an own case with its frame; what it was.

        Raises:
            UserError: if there is no such case, it came with the app, or the folder cannot be
                written.
        """
        with self.lock:
            case = self._own_case(case_id)
            folder = self._changeable()
            jpeg = (folder / case.file).read_bytes()
            remove_cases(folder, [case_id])
            self._predictor.gallery = Gallery.open(folder, self._predictor.embedder)
            self._removed[case_id] = case, jpeg
            while len(self._removed) > _MOST_REMOVED:
                del self._removed[next(iter(self._removed))]
            return case

    def put_back(self, case_id: str) -> Case:
        """Take up again a case that was removed since the app was started.

        Raises:
            UserError: if it is not known any more, or the folder cannot be written.
        """
        with self.lock:
            if case_id not in self._removed:
                raise PageError("edit.not_removed")
            case, jpeg = self._removed[case_id]
            folder = self._changeable()
            self._grow(folder, partial(put_back, folder, case, jpeg, self._predictor.embedder))
            del self._removed[case_id]
            return case

    def revise(self, case_id: str, texts: Mapping[str, str]) -> Case:
        """Give an own case other texts or another class; what it then is.

        Args:
            case_id: of the case.
            texts: class, finding, captions, source, licence and what is taught by their columns; a
                text that is not there is emptied, the class stays then.

        Raises:
            UserError: if there is no such case, it came with the app, there is no such class, the
                link is none, or the folder cannot be written.
        """
        with self.lock:
            case = self._own_case(case_id)
            told = {name: tidy(text) for name, text in texts.items()}
            class_name = told.get("class", case.class_name)
            if class_name not in LABELS:
                raise PageError("edit.no_class", name=case_id)
            revised = case._replace(
                class_name=class_name,
                finding=finding_key(region_of(class_name), told.get("finding", "")),
                caption_en=told.get("caption_en", ""),
                caption_vi=told.get("caption_vi", ""),
                source=told.get("source", ""),
                licence=told.get("licence", ""),
                teaching=teaching_of(told),
            )
            folder = self._changeable()
            revise_case(folder, revised)
            self._predictor.gallery = Gallery.open(folder, self._predictor.embedder)
            return self._predictor.gallery.case(case_id)

    def _grow(
        self, folder: Path, grow: Callable[[], Gallery], progress: Progress | None = None
    ) -> None:
        """Serve the gallery that ``grow`` gives; one of other weights is embedded anew first."""
        try:
            gallery = grow()
        except OtherWeightsError:
            embed_again(folder, self._predictor.embedder, progress=progress)
            gallery = grow()
        self._predictor.gallery = gallery

    def _own_case(self, case_id: str) -> Case:
        case = self._predictor.gallery.case(case_id)
        if case_id not in self.own_ids():
            raise PageError("edit.shipped_case")
        return case

    def _changeable(self) -> Path:
        """The folder to change, made first if it is not there."""
        folder = self.folder
        if not (folder / FILE_NAME).is_file():
            _copy(self._shipped, folder)
        return folder


def _ids(folder: Path) -> frozenset[str]:
    """Ids of a gallery's cases; none where there is no gallery."""
    file = folder / CASES
    if not file.is_file():
        return frozenset()
    return frozenset(case.case_id for case in read_cases(file.read_bytes()))


def _copy(source: Path, target: Path) -> None:
    """Copy a gallery; a crash leaves no half of it under the target's name."""
    hidden = shutil.ignore_patterns(".*")
    with new_folder(target) as folder:
        shutil.copytree(source, folder, ignore=hidden, dirs_exist_ok=True)
