"""A gallery's files -> cases joined to the rows of their vectors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from entdemo.errors import UserError
from entdemo.gallery.cases import Case, read_cases
from entdemo.gallery.files import read_regular
from entdemo.gallery.index import Vectors
from entdemo.gallery.manifest import FRAMES, VECTORS, FrameMark, State, read_state

_HASHED_BYTES = 1 << 30
"""Up to this size the frames are read whole at each opening; that takes about a second."""
_SIZED = 10_000
"""Frames of a larger gallery whose size is looked at: asking for a million takes over a minute."""


def read_consistent(folder: Path) -> tuple[State, list[tuple[int, Case]]]:
    """State and kept rows; read again if a writer took frames away in between.

    Raises:
        UserError: if there is no gallery, or its files do not fit each other.
    """
    while True:
        state = read_state(folder)
        kept = kept_rows(state)
        try:
            _check_frames(folder, [state.manifest.frames[row] for row, _ in kept])
            return state, kept
        except UserError:
            if read_state(folder).manifest == state.manifest:
                raise


def kept_rows(state: State) -> list[tuple[int, Case]]:
    """Row of the vectors and case, for all cases that still have a row in ``cases.csv``.

    Raises:
        UserError: if a case was never added, or its file was changed there.
    """
    by_id = {case.case_id: case for case in read_cases(state.cases)}
    kept = []
    for row, frame in enumerate(state.manifest.frames):
        case = by_id.pop(frame.case_id, None)
        if case is None:
            continue
        if case.file != frame.file:
            raise UserError("gallery.file_changed", case_id=case.case_id, file=frame.file)
        kept.append((row, case))
    for case_id in by_id:
        raise UserError("gallery.case_without_vector", case_id=case_id)
    return kept


def _check_frames(folder: Path, frames: list[FrameMark]) -> None:
    """Compare frames with their marks: every byte, or in a huge gallery names and some sizes."""
    errors: Iterator[UserError | None]
    if sum(frame.size for frame in frames) <= _HASHED_BYTES:
        errors = (frame_error(folder, frame, whole=True) for frame in frames)
    else:
        sample = frames[:: max(1, len(frames) // _SIZED)]
        errors = chain(
            _missing(folder, frames), (frame_error(folder, frame, whole=False) for frame in sample)
        )
    for error in errors:
        if error:
            raise error


def _missing(folder: Path, frames: list[FrameMark]) -> Iterator[UserError]:
    try:
        names = set(os.listdir(folder / FRAMES))
    except OSError:
        names = set()
    for frame in frames:
        if frame.file.removeprefix(f"{FRAMES}/") not in names:
            yield UserError("gallery.frame_missing", file=frame.file)


def frame_error(folder: Path, frame: FrameMark, whole: bool) -> UserError | None:
    """What is wrong with a frame's file: its content if ``whole``, else its size."""
    path = folder / frame.file
    try:
        fits = frame.fits(read_regular(path)) if whole else path.stat().st_size == frame.size
    except (FileNotFoundError, NotADirectoryError):
        return UserError("gallery.frame_missing", file=frame.file)
    except OSError:
        return UserError("gallery.unreadable", file=frame.file)
    return None if fits else UserError("gallery.frame_changed", file=frame.file)


def read_vectors(state: State) -> Vectors:
    """[N, D] float32 of length 1, a row for each frame of the manifest.

    Raises:
        UserError: if the file holds anything else.
    """
    try:
        vectors = safetensors.numpy.load(state.vectors)["vectors"]
    except (SafetensorError, KeyError, ValueError) as error:
        raise UserError("gallery.damaged", file=VECTORS) from error
    expected = (len(state.manifest.frames), state.manifest.dim)
    if vectors.shape != expected or vectors.dtype != np.float32:
        raise UserError("gallery.damaged", file=VECTORS)
    lengths = np.linalg.norm(vectors, axis=1)
    if not (np.abs(lengths - 1) < 1e-3).all():  # also false for NaN
        raise UserError("gallery.damaged", file=VECTORS)
    return vectors
