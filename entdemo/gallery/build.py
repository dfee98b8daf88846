"""Make and change galleries; each change is seen whole or not at all (see ``manifest``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from entdemo.errors import UserError
from entdemo.gallery.cases import Case, write_cases
from entdemo.gallery.files import write_atomically, writing
from entdemo.gallery.index import HnswIndex, Vectors
from entdemo.gallery.intake import Groups, NewCase, make_case, read_picture, stored_jpeg
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
from entdemo.gallery.store import BATCH_SIZE, Embed, Gallery, Progress, embedded


@dataclass
class _Draft:
    """A gallery's next state while it is put together."""

    folder: Path
    cases: list[Case]
    notes: list[str]

    def take(self, items: Iterable[NewCase], progress: Progress | None) -> list[Case]:
        """Store the frames of new cases and add the cases; frames already there are folded."""
        known = {case.case_id: case for case in self.cases}
        groups = Groups(self.cases)
        added: list[Case] = []
        for count, item in enumerate(items, 1):
            frame = read_picture(item)
            if frame.notice:
                self.notes.append(f"{item.name}: {frame.notice}")
            jpeg = stored_jpeg(frame)
            case = make_case(item, frame, jpeg, groups)
            if case.case_id in known:
                self._fold(item, case, known[case.case_id])
            else:
                write_atomically(self.folder / case.file, jpeg)
                known[case.case_id] = case
                added.append(case)
            if progress:
                progress(count, None)
        self.cases += added
        return added

    def _fold(self, item: NewCase, case: Case, earlier: Case) -> None:
        if case.class_name != earlier.class_name:
            raise UserError(
                "gallery.two_classes", name=item.name, first=earlier.class_name,
                second=case.class_name,
            )  # fmt: skip
        self.notes.append(f"{item.name}: the same picture is already there as {case.case_id}")

    def save(self, vectors: Vectors, bundle: str, preprocess: str) -> Gallery:
        """Write everything and open the result."""
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
        gallery = Gallery.open(self.folder)
        gallery.notes += tuple(self.notes)
        return gallery

    def _mark(self, case: Case) -> FrameMark:
        mark = Mark.of((self.folder / case.file).read_bytes())
        return FrameMark(case_id=case.case_id, file=case.file, **mark.model_dump())


def build_gallery(
    path: str | Path,
    items: Iterable[NewCase],
    embed: Embed,
    embedder_id: str,
    preprocess_hash: str,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
) -> Gallery:
    """Make a gallery, in place of one that is there; that one serves until the new is complete.

    Of each frame the content is stored, without its black surround, as JPEG without metadata, at
    most 480 pixels a side, under a name made of its pixels; vectors are those of the stored
    frames. The same items give the same bytes.

    Raises:
        UserError: if the folder holds other things, another writer is at work, or a picture
            cannot be read or is given two classes; the old gallery then stays.
    """
    folder = Path(path)
    _refuse_other_content(folder)
    with _changing(folder):
        draft = _Draft(folder, [], [])
        draft.take(items, progress)
        files = [folder / case.file for case in draft.cases]
        vectors = embedded(files, embed, batch_size=batch_size, progress=progress)
        return draft.save(vectors, embedder_id, preprocess_hash)


def add_cases(
    path: str | Path,
    items: Iterable[NewCase],
    embed: Embed,
    embedder_id: str,
    preprocess_hash: str,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
) -> Gallery:
    """Add cases to a gallery that was made with the same weights.

    Raises:
        UserError: as ``build_gallery``, and if the gallery is of other weights.
    """
    folder = _existing(path)
    with _changing(folder):
        old = Gallery.open(folder, embedder_id=embedder_id, preprocess_hash=preprocess_hash)
        draft = _Draft(folder, list(old.cases), [])
        added = draft.take(items, progress)
        files = [folder / case.file for case in added]
        vectors = embedded(files, embed, batch_size=batch_size, progress=progress)
        parts = [part for part in (old.vectors, vectors) if len(part)] or [old.vectors]
        return draft.save(np.concatenate(parts), embedder_id, preprocess_hash)


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
        draft = _Draft(folder, [old.cases[row] for row in rows], [])
        return draft.save(old.vectors[rows], old.embedder_id, old.preprocess_hash)


def embed_again(
    path: str | Path,
    embed: Embed,
    embedder_id: str,
    preprocess_hash: str,
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
        draft = _Draft(folder, list(Gallery.open(folder).cases), [])
        files = [folder / case.file for case in draft.cases]
        vectors = embedded(files, embed, batch_size=batch_size, progress=progress)
        return draft.save(vectors, embedder_id, preprocess_hash)


def _existing(path: str | Path) -> Path:
    """The folder; a lock must not create one that was mistyped."""
    folder = Path(path)
    if not (folder / FILE_NAME).is_file():
        raise UserError("gallery.missing", path=folder)
    return folder


def _refuse_other_content(folder: Path) -> None:
    if not folder.exists() or (folder / FILE_NAME).is_file():
        return
    if not folder.is_dir():
        raise UserError("gallery.folder_in_use", path=folder)
    ours = {FRAMES, *OWN_NAMES, *(f"{name}.new" for name in OWN_NAMES)}
    for entry in folder.iterdir():
        if entry.name not in ours and not entry.name.startswith("."):
            raise UserError("gallery.folder_in_use", path=folder)


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Hold the lock, over a folder whose last change is complete."""
    with writing(folder):
        with suppress(UserError):  # nothing there yet, or damaged: a build may replace it
            finish(folder)
        (folder / FRAMES).mkdir(exist_ok=True)
        yield
