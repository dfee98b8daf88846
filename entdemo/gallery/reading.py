"""A gallery's files -> cases joined to the rows of their vectors."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from entdemo.errors import GalleryError, UserError
from entdemo.gallery.cases import Case, read_cases
from entdemo.gallery.index import Vectors
from entdemo.gallery.manifest import FRAMES, VECTORS, FrameMark, State, read_state
from entdemo.image.decode import MAX_BYTES
from entdemo.storage.files import read_regular

T = TypeVar("T")

_LENGTH = struct.Struct("<Q")
"""With which a safetensors file begins: bytes of the header that follows."""

_HASHED_BYTES = 1 << 30
"""Up to this size the frames are read whole at each opening; that takes about a second."""
_SIZED = 10_000
"""Frames of a larger gallery whose size is looked at: asking for a million takes over a minute."""


def read_consistent(
    folder: Path, beside: Callable[[State], T]
) -> tuple[State, list[tuple[int, Case]], T]:
    """State and kept rows; read again if a writer took frames away in between.

    Args:
        folder: of the gallery.
        beside: what else is made of the state; runs in a thread of its own meanwhile.

    Raises:
        UserError: if there is no gallery, or its files do not fit each other.
    """
    while True:
        state = read_state(folder)
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(beside, state)
            kept = kept_rows(state)
            try:
                _check_frames(folder, [state.manifest.frames[row] for row, _ in kept])
                return state, kept, made.result()
            except UserError:
                if read_state(folder).manifest == state.manifest:
                    raise


def kept_rows(state: State) -> list[tuple[int, Case]]:
    """Row of the vectors and case, for all cases that still have a row in ``cases.csv``.

    Raises:
        UserError: if a case was never added, or its file was changed there.
    """
    cases = read_cases(state.cases)
    frames = state.manifest.frames
    if len(cases) == len(frames) and all(
        case.case_id == frame.case_id and case.file == frame.file
        for case, frame in zip(cases, frames, strict=True)
    ):
        return list(enumerate(cases))
    by_id = {case.case_id: case for case in cases}
    kept = []
    for row, frame in enumerate(frames):
        case = by_id.pop(frame.case_id, None)
        if case is None:
            continue
        if case.file != frame.file:
            raise GalleryError("gallery.file_changed", case_id=case.case_id, file=frame.file)
        kept.append((row, case))
    for case_id in by_id:
        raise GalleryError("gallery.case_without_vector", case_id=case_id)
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
        there = set(os.listdir(folder / FRAMES))
    except OSError:
        there = set()
    names = [frame.file[len(FRAMES) + 1 :] for frame in frames]
    if not there.issuperset(names):
        yield from (
            GalleryError("gallery.frame_missing", file=f"{FRAMES}/{name}")
            for name in names
            if name not in there
        )


def frame_error(folder: Path, frame: FrameMark, whole: bool) -> UserError | None:
    """What is wrong with a frame's file: its content if ``whole``, else its size."""
    path = folder / frame.file
    try:
        fits = path.stat().st_size == frame.size <= MAX_BYTES and (
            not whole or frame.fits(read_regular(path))
        )
    except (FileNotFoundError, NotADirectoryError):
        return GalleryError("gallery.frame_missing", file=frame.file)
    except OSError:
        return GalleryError("gallery.unreadable", file=frame.file)
    return None if fits else GalleryError("gallery.frame_changed", file=frame.file)


def read_vectors(state: State) -> Vectors:
    """[N, D] float32 of length 1, a row for each frame of the manifest.

    Raises:
        UserError: if the file holds anything else.
    """
    shape = [len(state.manifest.frames), state.manifest.dim]
    size = 4 * shape[0] * shape[1]
    described = {"vectors": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}
    start = len(state.vectors) - size
    if start < _LENGTH.size or _header(state.vectors[:start]) != described:
        raise GalleryError("gallery.damaged", file=VECTORS)
    vectors = np.frombuffer(state.vectors, np.float32, offset=start).reshape(shape)
    squares = np.einsum("nd,nd->n", vectors, vectors)
    if not (np.abs(squares - 1) < 2e-3).all():  # also false for NaN
        raise GalleryError("gallery.damaged", file=VECTORS)
    return vectors


def _header(data: bytes) -> object:
    """What a safetensors file says of its tensors, None where it is none.

    The library copies the tensors as well, and keeps other threads from running while it does.
    """
    (length,) = _LENGTH.unpack_from(data)
    try:
        return json.loads(data[_LENGTH.size :]) if length == len(data) - _LENGTH.size else None
    except (ValueError, RecursionError):
        return None
