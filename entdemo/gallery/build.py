"""Make and change galleries; each change is seen whole or not at all (see ``manifest``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import safetensors.numpy

from entdemo.errors import GalleryError, OtherWeightsError, StorageError, UserError
from entdemo.gallery.cases import Case, write_cases
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.index import HnswIndex, Vectors
from entdemo.gallery.ingest import Ingest
from entdemo.gallery.intake import NewCase
from entdemo.gallery.journal import Journal, discard_journal
from entdemo.gallery.manifest import (
    CASES,
    FILE_NAME,
    FRAMES,
    INDEX,
    OWN_NAMES,
    VECTORS,
    FrameMark,
    Manifest,
    Mark,
    commit,
    finish,
)
from entdemo.gallery.near_duplicates import lookalikes
from entdemo.gallery.store import BATCH_SIZE, Gallery, Progress, embedded
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import writing
from entdemo.storage.skipped import Skipped


@dataclass
class _Draft:
    """A gallery's next state while it is put together."""

    folder: Path
    cases: list[Case]
    notes: list[str] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    left_out: list[Skipped] = field(default_factory=list)

    def take(self, ingest: Ingest, items: Iterable[NewCase]) -> Vectors:
        """Add what an ingest takes in; its vectors."""
        vectors = ingest.run(items)
        self.cases += ingest.added
        self.notes += ingest.notes
        self.marks |= ingest.marks
        self.left_out += ingest.left_out
        return vectors

    def save(self, vectors: Vectors, bundle: str, preprocess: str) -> Gallery:
        """Write everything and open the result.

        Raises:
            UserError: it was not written, or was and cannot be opened, which its key tells.
        """
        files = {
            CASES: write_cases(self.cases),
            VECTORS: safetensors.numpy.save({"vectors": vectors}),
            INDEX: HnswIndex.build(vectors).to_bytes(),
        }
        manifest = Manifest(
            bundle=bundle,
            preprocess=preprocess,
            dim=vectors.shape[1],
            files={name: Mark.of(data) for name, data in files.items()},
            frames=[self._mark(case) for case in self.cases],
        )
        commit(self.folder, manifest, files)
        discard_journal(self.folder)
        try:
            gallery = Gallery.open(self.folder)
        except UserError as error:  # as of a database that does not answer
            raise GalleryError(
                "gallery.saved_not_opened", path=self.folder, reason=error
            ) from error
        gallery.notes += tuple(self.notes)
        gallery.left_out = tuple(self.left_out)
        return gallery

    def _mark(self, case: Case) -> FrameMark:
        mark = self.marks.get(case.file) or Mark.of((self.folder / case.file).read_bytes())
        return FrameMark(case_id=case.case_id, file=case.file, size=mark.size, sha256=mark.sha256)


def build_gallery(
    path: str | Path,
    items: Iterable[NewCase],
    embedder: Embedder,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
    skip_bad: bool = False,
) -> Gallery:
    """Make a gallery, in place of one that is there; that one serves until the new is complete.

    Of each frame the content is stored, without its black surround, as JPEG without metadata, at
    most 480 pixels a side, under a name made of its pixels; vectors are those of the stored
    frames. The same items give the same bytes. What was finished when a build broke off is not
    computed again by the next one with the same weights. With ``skip_bad`` pictures that cannot be
    read are left out, see ``Gallery.left_out``.

    Raises:
        UserError: if the folder holds other things, another writer is at work, or pictures
            cannot be read or one is given two classes; the old gallery then stays.
    """
    folder = Path(path)
    refuse_other_content(folder)
    with _ingesting(folder, embedder) as journal:
        draft = _Draft(folder, [])
        vectors = draft.take(
            Ingest(folder, [], embedder, journal, batch_size, progress, skip_bad), items
        )
        return _compared(draft.save(vectors, embedder.embedder_id, embedder.preprocess_hash))


def add_cases(
    path: str | Path,
    items: Iterable[NewCase],
    embedder: Embedder,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
    skip_bad: bool = False,
) -> Gallery:
    """Add cases to a gallery that was made with the same weights.

    Raises:
        UserError: as ``build_gallery``, and if the gallery is of other weights.
    """
    folder = _existing(path)
    with _ingesting(folder, embedder) as journal:
        old = Gallery.open(folder)
        _refuse_other_weights(old, embedder, folder)
        draft = _Draft(folder, list(old.cases))
        ingest = Ingest(folder, old.cases, embedder, journal, batch_size, progress, skip_bad)
        added = draft.take(ingest, items)
        vectors = np.concatenate([old.vectors, added]) if old.cases else added
        grown = draft.save(vectors, embedder.embedder_id, embedder.preprocess_hash)
        return _compared(grown, first=len(old.cases))


def make_gallery(
    path: str | Path,
    cases: Sequence[Case],
    frames: Iterable[tuple[str, bytes]],
    embedder: Embedder,
    *,
    progress: Progress | None = None,
) -> Gallery:
    """Make a gallery of frames that another one has stored; ids and bytes stay what they are.

    Args:
        path: the gallery's folder.
        cases: in the order that they keep.
        frames: file and content of each case's frame, as a gallery stores it.
        embedder: computes the vectors.
        progress: told how many frames are embedded.

    Raises:
        UserError: if the folder holds other things or another writer is at work.
    """
    folder = Path(path)
    refuse_other_content(folder)
    with _changing(folder):
        for file, data in frames:
            write_atomically(folder / file, data)
        vectors = embedded([folder / case.file for case in cases], embedder, progress=progress)
        return _Draft(folder, list(cases)).save(
            vectors, embedder.embedder_id, embedder.preprocess_hash
        )


def remove_cases(path: str | Path, case_ids: Iterable[str]) -> Gallery:
    """Remove cases and their frames from the folder.

    Raises:
        UserError: if there is no such case, or another writer is at work.
    """
    folder = _existing(path)
    with _changing(folder):
        old = Gallery.open(folder)
        gone = {old.case(case_id) for case_id in case_ids}
        rows = [row for row, case in enumerate(old.cases) if case not in gone]
        draft = _Draft(folder, [old.cases[row] for row in rows])
        return draft.save(old.vectors[rows], old.embedder_id, old.preprocess_hash)


def revise_case(path: str | Path, case: Case) -> Gallery:
    """Put other texts or another class beside a case's frame, as an edit of ``cases.csv`` would.

    Args:
        path: the gallery's folder.
        case: with the id of one that is there, whose frame and group it keeps.

    Raises:
        UserError: if there is no such case, or another writer is at work.
    """
    folder = _existing(path)
    with _changing(folder):
        old = Gallery.open(folder)
        before = old.case(case.case_id)
        kept = case._replace(file=before.file, group=before.group)
        draft = _Draft(folder, [kept if one is before else one for one in old.cases])
        return draft.save(old.vectors, old.embedder_id, old.preprocess_hash)


def put_back(path: str | Path, case: Case, jpeg: bytes, embedder: Embedder) -> Gallery:
    """Take up a removed case as it was, with its id and the bytes of its frame.

    Raises:
        UserError: if there is no gallery, it is of other weights, or another writer is at work.
    """
    folder = _existing(path)
    with _changing(folder):
        old = Gallery.open(folder)
        _refuse_other_weights(old, embedder, folder)
        if any(there.case_id == case.case_id for there in old.cases):
            return old
        write_atomically(folder / case.file, jpeg)
        vector = embedded([folder / case.file], embedder)
        vectors = np.concatenate([old.vectors, vector]) if old.cases else vector
        draft = _Draft(folder, [*old.cases, case])
        return draft.save(vectors, old.embedder_id, old.preprocess_hash)


def _refuse_other_weights(gallery: Gallery, embedder: Embedder, folder: Path) -> None:
    if not embedder.made(gallery.embedder_id, gallery.preprocess_hash):
        raise OtherWeightsError(
            "gallery.other_weights", path=folder, made_by=gallery.embedder_id,
            wanted=embedder.embedder_id,
        )  # fmt: skip


def embed_again(
    path: str | Path,
    embedder: Embedder,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
) -> Gallery:
    """Compute a gallery's vectors from its stored frames with other weights.

    Raises:
        UserError: if there is no gallery or another writer is at work.
    """
    folder = _existing(path)
    with _changing(folder):
        draft = _Draft(folder, list(Gallery.open(folder).cases))
        files = [folder / case.file for case in draft.cases]
        vectors = embedded(files, embedder, batch_size=batch_size, progress=progress)
        return draft.save(vectors, embedder.embedder_id, embedder.preprocess_hash)


def _compared(gallery: Gallery, first: int = 0) -> Gallery:
    """Note which cases from row ``first`` on look like another; a person decides what to keep."""
    gallery.notes += tuple(
        f"{new.case_id} looks like {other.case_id}, only saved otherwise"
        for new, other in lookalikes(gallery, range(first, len(gallery.cases)))
    )
    return gallery


def _existing(path: str | Path) -> Path:
    """The folder; a lock must not create one that was mistyped."""
    folder = Path(path)
    if not (folder / FILE_NAME).is_file():
        raise GalleryError("gallery.missing", path=folder)
    return folder


def refuse_other_content(folder: Path) -> None:
    """Raise UserError if the folder holds anything that no gallery put there."""
    if not folder.exists() or (folder / FILE_NAME).is_file():
        return
    if not folder.is_dir():
        raise StorageError("gallery.folder_in_use", path=folder)
    ours = {FRAMES, *OWN_NAMES, *(f"{name}.new" for name in OWN_NAMES)}
    for entry in folder.iterdir():
        if entry.name not in ours and not entry.name.startswith("."):
            raise StorageError("gallery.folder_in_use", path=folder)


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Hold the lock, over a folder whose last change is complete."""
    with writing(folder):
        discard_journal(folder)
        _finish(folder)
        yield


@contextmanager
def _ingesting(folder: Path, embedder: Embedder) -> Iterator[Journal]:
    """As ``_changing``, and keep what an ingest with the same weights left when it broke off."""
    with writing(folder):
        journal = Journal(folder, embedder)
        _finish(folder, journal.frames)
        yield journal


def _finish(folder: Path, spared: frozenset[str] = frozenset()) -> None:
    with suppress(UserError):  # nothing there yet, or damaged: a build may replace it
        finish(folder, spared)
    (folder / FRAMES).mkdir(exist_ok=True)
