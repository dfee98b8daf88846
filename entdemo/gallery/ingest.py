"""From pictures to stored frames, cases and vectors, as stages that run at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from entdemo.errors import FrameError, GalleryError
from entdemo.gallery.cases import Case
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.index import Vectors
from entdemo.gallery.intake import Groups, NewCase, Taken, bad_pictures, make_case, take_in
from entdemo.gallery.journal import Journal
from entdemo.gallery.manifest import Mark
from entdemo.gallery.pipeline import in_batches, in_threads
from entdemo.gallery.store import Progress
from entdemo.image.frame import Frame, load_frame
from entdemo.storage.skipped import Skipped
from entdemo.taxonomy import open_classes

_READERS = 2
"""Threads that read pictures beside each other. More read no faster than one encoder asks; on
many cores several processes share an ingest, see ``shards``."""

_EMBEDDING = 2
"""Batches under way: while the network computes one, the next is scaled for it."""


class Ingest:
    """Takes pictures into a gallery's folder.

    Args:
        folder: of the gallery.
        cases: those that are there; a picture of one of them is folded.
        embedder: computes vectors; called from two threads at a time.
        journal: what an earlier ingest has finished, and where this one notes its batches.
        batch_size: frames that are embedded together.
        progress: told of each picture that was read, and at last of those embedded.
        skip_bad: whether pictures that cannot be read are left out.

    Attributes:
        added: the new cases, in the order of their pictures.
        marks: size and hash of each new frame, by file.
        notes: what an operator should know.
        left_out: pictures that cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        cases: Sequence[Case],
        embedder: Embedder,
        journal: Journal,
        batch_size: int,
        progress: Progress | None = None,
        skip_bad: bool = False,
    ) -> None:
        self.added: list[Case] = []
        self.marks: dict[str, Mark] = {}
        self.notes: list[str] = []
        self._folder = folder
        self._embedder = embedder
        self._journal = journal
        self._batch_size = batch_size
        self._progress = progress
        self._known = {case.case_id: case for case in cases}
        self._groups = Groups(cases)
        self._reading = True
        self._skip_bad = skip_bad
        self.left_out: list[Skipped] = []

    def run(self, items: Iterable[NewCase]) -> Vectors:
        """Take all pictures in; a few batches of them are in memory at a time.

        Returns:
            [N, D] float32 of length 1, a row for each case of ``added``.

        Raises:
            UserError: if pictures cannot be read, all of which are told, or one is given two
                classes, or the disk is full.
            ValueError: see ``Embedder.vectors``.
        """
        taken = in_threads(self._taken, items, _READERS, ahead=2 * self._batch_size)
        batches = in_batches(self._new(taken), self._batch_size)
        parts: list[Vectors] = [np.zeros((0, self._embedder.dim), np.float32)]
        done = 0
        for part in in_threads(self._vectors, batches, _EMBEDDING, ahead=_EMBEDDING):
            parts.append(part)
            done += len(part)
            if self._progress and not self._reading:
                self._progress(done, len(self.added))
        return np.concatenate(parts)

    def _taken(self, item: NewCase) -> Taken | Skipped:
        try:
            return take_in(item, self._folder, self._journal)
        except FrameError as error:
            return Skipped(item.name, error)

    def _new(self, taken: Iterable[Taken | Skipped]) -> Iterator[Taken]:
        """Those that are not there yet; their cases are added.

        From the first bad picture on nothing is embedded, unless bad ones are skipped.
        """
        for count, one in enumerate(taken, 1):
            if isinstance(one, Skipped):
                self.left_out.append(one)
                continue
            if self.left_out and not self._skip_bad:
                continue
            case = make_case(one, self._groups)
            if one.notice:
                self.notes.append(f"{one.item.name}: {one.notice}")
            if self._progress:
                self._progress(count, None)
            if case.case_id in self._known:
                self._fold(one.item, case, self._known[case.case_id])
            else:
                self._known[case.case_id] = case
                self.added.append(case)
                self.marks[case.file] = Mark(size=one.entry.size, sha256=one.entry.sha256)
                yield one
        self._reading = False
        if self.left_out and not self._skip_bad:
            raise bad_pictures(self.left_out)

    def _fold(self, item: NewCase, case: Case, earlier: Case) -> None:
        if not open_classes(case.class_name) & open_classes(earlier.class_name):
            raise GalleryError(
                "gallery.two_classes", name=item.name, first=earlier.class_name,
                second=case.class_name,
            )  # fmt: skip
        self.notes.append(f"{item.name}: the same picture is already there as {case.case_id}")

    def _vectors(self, batch: list[Taken]) -> Vectors:
        """[B, D]; taken from the journal where it has the whole batch."""
        known = [one.vector for one in batch if one.vector is not None]
        if len(known) == len(batch):
            return np.stack(known)
        vectors = self._embedder.vectors([self._frame(one) for one in batch])
        if len(batch) == self._batch_size:
            told = [row for row, one in enumerate(batch) if not one.notice]  # told again each time
            self._journal.add([batch[row].entry for row in told], vectors[told])
        return vectors

    def _frame(self, one: Taken) -> Frame:
        return one.frame or load_frame(self._folder / one.entry.file)
