"""Answers to the challenge's three tracks, as the zip file that its server takes.

What the published description leaves open is answered in the evident way: names and phrases are
given as the lists spell them; track 2 answers with another name of its own list, which may be a
copy of the query under another name; track 3 answers with any picture of ``test``. Tracks 2 and 3
are searched as the app searches a gallery, each frame filed under the class that it is taken for.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from entdemo.data.entrep.files import TEST_FILES, Pictures, read_list
from entdemo.errors import DataError, FrameError, UserError, in_one
from entdemo.evaluation.pool import matcher_of
from entdemo.evaluation.retrieval import without
from entdemo.gallery.cases import Case
from entdemo.gallery.matching import Matcher
from entdemo.image.frame import Frame, load_frame
from entdemo.inference.encoder import BATCH, EncodedBatch, Encoder, Progress
from entdemo.storage.atomic import write_atomically
from entdemo.taxonomy import CLASSES

Answers = Mapping[str, int | str]
"""Track 1: file -> 0 to 6. Track 2: file -> file. Track 3: phrase -> file."""

_STAMP = (2025, 1, 1, 0, 0, 0)
"""The same answers give the same bytes."""


def answer_track(
    encoder: Encoder, folder: Path, track: int, progress: Progress | None = None
) -> Answers:
    """Answer everything on a track's list.

    Args:
        encoder: of the weights.
        folder: the ENTRep folder.
        track: 1 to 3.
        progress: told after each batch of frames.

    Raises:
        UserError: the list is missing or empty, pictures are missing or damaged, or track 2 lists
            one frame alone.
    """
    listed = list(dict.fromkeys(read_list(folder, TEST_FILES[track])))
    if track == 3:
        pool = picture_pool(folder)
        found = _encode(encoder, list(pool.values()), progress)
        return _find_phrases(encoder, list(pool), found, listed)
    files = listed_pictures(folder, listed)
    if track == 2 and len(listed) < 2:
        raise DataError("entrep.one_frame", name=TEST_FILES[track])
    frames = _encode(encoder, files, progress)
    if track == 1:
        classes = frames.probabilities.argmax(axis=1).tolist()
        return dict(zip(listed, classes, strict=True))
    return _nearest_others(listed, encoder, frames)


def write_submission(answers: Answers, track: int, out: Path) -> None:
    """Write a zip with ``track{N}.json`` at its root, in one step.

    Raises:
        StorageError: it cannot be written; a file of that name stays as it was.
    """
    content = json.dumps(answers, ensure_ascii=False, indent=1).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"track{track}.json", _STAMP), content)
    write_atomically(out, packed.getvalue())


def listed_pictures(folder: Path, names: Sequence[str]) -> list[Path]:
    """The pictures of ``test`` that a list names.

    Raises:
        UserError: all that are missing, or several of one name.
    """
    pictures = Pictures(folder / "test")
    files, wrong = [], list[UserError]()
    for name in names:
        try:
            files.append(_listed(pictures, name))
        except UserError as error:
            wrong.append(error)
    if wrong:
        raise in_one(wrong)
    return files


def _listed(pictures: Pictures, name: str) -> Path:
    file = pictures.find(name)
    if file is None:
        raise FrameError("frame.missing", name=name)
    return file


def picture_pool(folder: Path) -> dict[str, Path]:
    """Every picture of ``test``, by the name that the lists give it, else by its path.

    Raises:
        UserError: there is none, or a list names one that is missing.
    """
    lists = [TEST_FILES[track] for track in (1, 2) if (folder / TEST_FILES[track]).is_file()]
    names = [name for file in lists for name in read_list(folder, file)]
    listed = dict(zip(listed_pictures(folder, names), names, strict=True))
    pictures = Pictures(folder / "test")
    pool = {listed.get(file, pictures.label(file)): file for file in pictures.all()}
    if not pool:
        raise DataError("entrep.no_test_pictures", path=folder / "test")
    return pool


def _find_phrases(
    encoder: Encoder, names: Sequence[str], frames: EncodedBatch, phrases: Sequence[str]
) -> Answers:
    matcher = _matcher(encoder, frames)
    answers = {}
    for phrase, vector in zip(phrases, encoder.texts(phrases).vectors, strict=True):
        (found,) = matcher.near(matcher.text_query(phrase, vector), 1)
        answers[phrase] = names[matcher.row(found.case)]
    return answers


def _nearest_others(names: Sequence[str], encoder: Encoder, frames: EncodedBatch) -> Answers:
    matcher, every = _matcher(encoder, frames), np.arange(len(names))
    answers = {}
    for row, frame in enumerate(frames.split()):
        query = matcher.frame_query(frame.vector, frame.probabilities)
        (found,) = matcher.near(query, 1, without(matcher, every == row))
        answers[names[row]] = names[matcher.row(found.case)]
    return answers


def _matcher(encoder: Encoder, frames: EncodedBatch) -> Matcher:
    taken_for = frames.probabilities.argmax(axis=1)
    cases = [Case(str(row), "", CLASSES[label]) for row, label in enumerate(taken_for)]
    return matcher_of(cases, frames.vectors, encoder)


def _encode(encoder: Encoder, files: Sequence[Path], progress: Progress | None) -> EncodedBatch:
    """Encode every file, in order; from the first that cannot be read on they are only read."""
    parts, wrong = [], list[UserError]()
    for start in range(0, len(files), BATCH):
        part = files[start : start + BATCH]
        batch = list(_loaded(part, wrong))
        if not wrong:
            parts.append(encoder.frames(encoder.squares(batch)))
        if progress:
            progress(start + len(part), len(files))
    if wrong:
        raise in_one(wrong)
    return EncodedBatch.joined(parts)


def _loaded(files: Sequence[Path], wrong: list[UserError]) -> Iterator[Frame]:
    for file in files:
        try:
            yield load_frame(file)
        except UserError as error:
            wrong.append(DataError("entrep.test_picture", name=file.name, reason=error))
