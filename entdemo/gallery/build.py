"""Make and change galleries; each change is seen whole or not at all (see ``manifest``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import safetensors.numpy
from PIL import Image

from entdemo.decode import MIN_SIDE
from entdemo.errors import UserError
from entdemo.frame import Frame, load_frame
from entdemo.gallery.cases import Case, write_cases
from entdemo.gallery.files import write_atomically, writing
from entdemo.gallery.index import HnswIndex, Vectors
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
from entdemo.gallery.table import tidy
from entdemo.taxonomy import CLASSES

STORED_SIDE = 480
_QUALITY = 88
_GROUP = re.compile(r"g-(\d+)")


@dataclass(frozen=True)
class NewCase:
    """A case to take up; ``picture`` is a frame, a picture file's bytes or its path.

    ``group`` names the examination; only a running number of it is kept.
    """

    picture: Frame | bytes | str | Path
    class_name: str
    finding: str = ""
    caption_en: str = ""
    caption_vi: str = ""
    source: str = ""
    licence: str = ""
    group: str = ""

    @property
    def name(self) -> str:
        """What to call it in a message; never stored."""
        if isinstance(self.picture, str | Path):
            return Path(self.picture).name
        return self.caption_en or self.class_name


@dataclass
class _Draft:
    """A gallery's next state while it is put together."""

    folder: Path
    cases: list[Case]
    notes: list[str]

    def take(self, items: Iterable[NewCase], progress: Progress | None) -> list[Case]:
        """Store the frames of new cases and add the cases; frames already there are folded."""
        known = {case.case_id: case for case in self.cases}
        groups = _Groups(self.cases)
        added: list[Case] = []
        for count, item in enumerate(items, 1):
            frame = _picture(item)
            case = _case(item, frame, groups)
            if case.case_id in known:
                self._fold(item, case, known[case.case_id])
            else:
                write_atomically(self.folder / case.file, _jpeg(frame))
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


class _Groups:
    """Running numbers in place of examination numbers, which may identify a patient."""

    def __init__(self, cases: Sequence[Case]) -> None:
        numbers = [_GROUP.fullmatch(case.group) for case in cases]
        self._last = max((int(match[1]) for match in numbers if match), default=0)
        self._names: dict[str, str] = {}

    def name(self, label: str) -> str:
        if not label:
            return ""
        if label not in self._names:
            self._last += 1
            self._names[label] = f"g-{self._last}"
        return self._names[label]


def _picture(item: NewCase) -> Frame:
    if isinstance(item.picture, Frame):
        return item.picture
    try:
        return load_frame(item.picture)
    except UserError as error:
        raise UserError("gallery.bad_picture", name=item.name, reason=error) from error


def _case(item: NewCase, frame: Frame, groups: _Groups) -> Case:
    if item.class_name not in CLASSES:
        raise ValueError(f"{item.class_name!r} is not one of the classes")
    case_id = f"c-{frame.digest[:12]}"
    return Case(
        case_id=case_id,
        file=f"{FRAMES}/{case_id}.jpg",
        class_name=item.class_name,
        finding=tidy(item.finding),
        caption_en=tidy(item.caption_en),
        caption_vi=tidy(item.caption_vi),
        source=tidy(item.source),
        licence=tidy(item.licence),
        group=groups.name(tidy(item.group)),
    )


def _jpeg(frame: Frame) -> bytes:
    """The frame's content as it is stored; ``load_frame`` reads it again whatever its shape.

    What surrounds the endoscope's picture is left out: patients' names are often burned in there.
    """
    image = Image.fromarray(frame.content())
    if max(image.size) > STORED_SIDE:
        image.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    width, height = (max(MIN_SIDE, side) for side in image.size)
    file = BytesIO()
    image.crop((0, 0, width, height)).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


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
