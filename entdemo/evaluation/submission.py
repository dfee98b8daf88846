"""Answers to the challenge's three tracks, as the zip file that its server takes.

What the published description leaves open is answered in the evident way: names and phrases are
given as the lists spell them; track 2 answers with another name of its own list, which may be a
copy of the query under another name; track 3 answers with any picture of ``test``.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from entdemo.bundle.weights import Bundle
from entdemo.data.entrep.files import TEST_FILES, Pictures, read_list
from entdemo.errors import DataError, FrameError, StorageError, UserError
from entdemo.evaluation.encode import (
    EncodedFrames,
    Progress,
    encode_squares,
    encode_texts,
    joined,
    squares_of,
)
from entdemo.image.frame import Frame, load_frame
from entdemo.storage.files import write_atomically

Answers = Mapping[str, int | str]
"""Track 1: file -> 0 to 6. Track 2: file -> file. Track 3: phrase -> file."""

_BATCH = 32
_STAMP = (2025, 1, 1, 0, 0, 0)
"""The same answers give the same bytes."""


def answer_track(
    bundle: Bundle, folder: Path, track: int, progress: Progress | None = None
) -> Answers:
    """Answer everything on a track's list.

    Args:
        bundle: loaded weights; computes where its model is.
        folder: the ENTRep folder.
        track: 1 to 3.
        progress: told after each batch of frames.

    Raises:
        UserError: the list is missing or empty, a picture is missing or damaged, or track 2 lists
            one frame alone.
    """
    listed = list(dict.fromkeys(read_list(folder, TEST_FILES[track])))
    if track == 3:
        return _find_phrases(bundle, folder, listed, progress)
    files = listed_pictures(folder, listed)
    if track == 2 and len(listed) < 2:
        raise DataError("entrep.one_frame", name=TEST_FILES[track])
    frames = _encode(bundle, files, progress)
    if track == 1:
        classes = frames.probabilities.argmax(axis=1).tolist()
        return dict(zip(listed, classes, strict=True))
    return _nearest_others(listed, frames.embeddings)


def write_submission(answers: Answers, track: int, out: Path) -> None:
    """Write a zip with ``track{N}.json`` at its root, in one step.

    Raises:
        UserError: it cannot be written; a file of that name stays as it was.
    """
    content = json.dumps(answers, ensure_ascii=False, indent=1).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"track{track}.json", _STAMP), content)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, packed.getvalue())
    except OSError as error:
        raise StorageError("gallery.read_only", path=out.parent) from error
    except UserError as error:
        reason = error.values["reason"]
        raise StorageError("submit.write_failed", file=out.name, reason=reason) from error


def listed_pictures(folder: Path, names: Sequence[str]) -> list[Path]:
    """The pictures of ``test`` that a list names.

    Raises:
        UserError: the first that is missing.
    """
    pictures = Pictures(folder / "test")
    files = []
    for name in names:
        file = pictures.find(name)
        if file is None:
            raise FrameError("frame.missing", name=name)
        files.append(file)
    return files


def picture_pool(folder: Path) -> dict[str, Path]:
    """Every picture of ``test``, by the name that the lists give it, else by its file's name.

    Raises:
        UserError: there is none, or a list names one that is missing.
    """
    lists = [TEST_FILES[track] for track in (1, 2) if (folder / TEST_FILES[track]).is_file()]
    names = [name for file in lists for name in read_list(folder, file)]
    listed = dict(zip(listed_pictures(folder, names), names, strict=True))
    pool = {listed.get(file, file.name): file for file in Pictures(folder / "test").all()}
    if not pool:
        raise DataError("entrep.no_test_pictures", path=folder / "test")
    return pool


def _find_phrases(
    bundle: Bundle, folder: Path, phrases: Sequence[str], progress: Progress | None
) -> Answers:
    pool = picture_pool(folder)
    names = list(pool)
    frames = _encode(bundle, list(pool.values()), progress).embeddings
    found = (encode_texts(bundle, phrases).queries @ frames.T).argmax(axis=1)
    return {phrase: names[index] for phrase, index in zip(phrases, found, strict=True)}


def _nearest_others(names: Sequence[str], vectors: NDArray[np.float32]) -> Answers:
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    return {name: names[index] for name, index in zip(names, cosine.argmax(axis=1), strict=True)}


def _encode(bundle: Bundle, files: Sequence[Path], progress: Progress | None) -> EncodedFrames:
    """Encode every file, in order."""
    parts = []
    for start in range(0, len(files), _BATCH):
        batch = [_loaded(file) for file in files[start : start + _BATCH]]
        parts.append(encode_squares(bundle, squares_of(bundle, batch)))
        if progress:
            progress(start + len(batch), len(files))
    return joined(parts)


def _loaded(file: Path) -> Frame:
    try:
        return load_frame(file)
    except UserError as error:
        raise DataError("entrep.test_picture", name=file.name, reason=error) from error
