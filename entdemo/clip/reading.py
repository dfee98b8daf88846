"""A clip's sharpest frames, decoded by a process of their own that is ended when it hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from entdemo.clip.limits import DICOM, MAX_BYTES, MAX_WAIT
from entdemo.errors import FrameError, UserError
from entdemo.image.dicom_file import is_dicom
from entdemo.image.frame import Pixels

_HEAD = 256
_OVERTIME = -int(getattr(signal, "SIGPROF", signal.SIGTERM))
"""How a decoder ends that computes too long (POSIX alone)."""


@dataclass(frozen=True)
class Sample:
    """The sharpest frame of a step.

    Attributes:
        at: seconds from the clip's first frame.
        sharpness: variance of its Laplacian; comparable within a clip.
        jump: when the picture changed at once since the sample before; None where it did not.
        rgb: [H, W, 3] uint8.
    """

    at: float
    sharpness: float
    jump: float | None
    rgb: Pixels


@dataclass(frozen=True)
class End:
    """What is known when all is read.

    Attributes:
        seconds: time of the last frame.
        cut: much less could be read than the file states to hold.
        notice: what else is to be known of the file.
    """

    seconds: float
    cut: bool
    notice: UserError | None


def _container(start: bytes) -> str | None:
    """FFmpeg's name of a clip's container, or ``DICOM``; None for anything else."""
    if is_dicom(start):
        return DICOM
    if start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return "mov"
    if start.startswith(b"RIFF") and start[8:12] == b"AVI ":
        return "avi"
    if start.startswith(b"GIF8"):
        return "gif"
    return "matroska" if start.startswith(b"\x1aE\xdf\xa3") else None


def samples(path: Path) -> Generator[Sample, None, End]:
    """The sharpest frame of each half second, as they are decoded.

    Closing the generator ends the process that decodes.

    Raises:
        UserError: the file is no clip within the limits, or cannot be decoded.
    """
    with _worker(path, check_clip(path)) as process:
        assert process.stdout is not None
        while True:
            with _ended_after(process, MAX_WAIT) as late:
                record, pixels = _record(process.stdout)
            if record is None:
                slow = late.is_set() or process.wait() == _OVERTIME
                raise FrameError("clip.too_slow" if slow else "clip.damaged")
            if record["kind"] == "refused":
                raise FrameError(record["key"], **record["values"])
            if record["kind"] == "end":
                notice = FrameError(record["notice"]) if record["notice"] else None
                return End(record["seconds"], record["cut"], notice)
            shape = (record["height"], record["width"], 3)
            rgb = np.frombuffer(pixels, np.uint8).reshape(shape)
            yield Sample(record["at"], record["sharpness"], record["jump"], rgb)


def check_clip(path: Path) -> str:
    """FFmpeg's name of a clip's container, or ``DICOM``, told by content.

    Raises:
        UserError: the file is no clip, or too large.
    """
    try:
        if not path.is_file():
            raise FrameError("frame.missing", name=path.name)
        with path.open("rb") as file:
            kind = _container(file.read(_HEAD))
        size = path.stat().st_size
    except OSError as error:
        raise FrameError("frame.unreadable", name=path.name) from error
    if size == 0:
        raise FrameError("frame.empty")
    if kind is None:
        raise FrameError("clip.no_clip")
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise FrameError("frame.too_many_bytes", megabytes=size / 1024**2, limit=limit)
    return kind


@contextmanager
def _worker(path: Path, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "entdemo.clip.worker", str(path.resolve()), kind]
    package = str(Path(__file__).parents[2])
    path_of_modules = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    few = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path_of_modules}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | few,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


@contextmanager
def _ended_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill a process unless the block is left in time; yields what is set when it was."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _record(stream: IO[bytes]) -> tuple[dict[str, Any] | None, bytes]:
    """The next record and its pixels; None where the process ended within it."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None, b""
    record: dict[str, Any] = json.loads(line)
    if record["kind"] != "frame":
        return record, b""
    count = record["height"] * record["width"] * 3
    pixels = stream.read(count)
    return (record, pixels) if len(pixels) == count else (None, b"")
