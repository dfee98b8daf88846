"""The process that decodes a clip: ``python -m entdemo.clip.worker FILE``.

It writes to stdout records of one line of JSON each; that of a frame is followed by its pixels.
Nothing is written to the disk. A clip that breaks the decoder, or its limits, ends this process
alone.
"""

from __future__ import annotations

import json
import signal
import statistics
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from entdemo.clip.limits import (
    DICOM,
    MAX_FRAMES,
    MAX_MEMORY,
    MAX_PIXELS,
    MAX_SECONDS,
    MAX_SILENCE,
    MIN_SIDE,
    STEP,
)
from entdemo.errors import FrameError, UserError

Floats = NDArray[np.float32]

_SIDE = 800
"""Longer side of the frames that are handed over."""

_SMALL = 160
"""Width at which sharpness is judged."""

_JUMP = 3.0
"""A change this many times the usual one is a cut, a lens put in or pulled out."""

_MOST_DAMAGED = 100
"""Packets that may be damaged."""


def main(path: str, kind: str, to: IO[bytes]) -> None:
    """Write a clip's records.

    Args:
        path: of the file, absolute.
        kind: ``DICOM``, or the only container of FFmpeg that is tried; one that names other files
            never is.
        to: where the records go.
    """
    limit_memory()
    end_when_silent()
    try:
        if kind == DICOM:
            _write_dicom(path, to)
        else:
            # An absolute path is never taken for a protocol such as "concat:" or "http:".
            options = {"protocol_whitelist": "file"}
            with av.open(f"file:{path}", format=kind, options=options) as container:
                _write_video(container, to)
    except UserError as refused:
        _write(to, {"kind": "refused", "key": refused.key, "values": refused.values})
    except (av.FFmpegError, ValueError, MemoryError, EOFError):
        _write(to, {"kind": "refused", "key": "clip.damaged", "values": {}})


def limit_memory() -> None:
    """Bound this process's memory, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def end_when_silent() -> None:
    """Let the system end this process unless it is called again in time, whatever is computed."""
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_PROF, MAX_SILENCE)


def _write_dicom(path: str, to: IO[bytes]) -> None:
    """Write the frames of a DICOM loop, or of a video inside of a DICOM file."""
    from entdemo.image.dicom import burned_in, loop, open_loop, seconds
    from entdemo.image.dicom_video import video_of

    with Path(path).open("rb") as source:
        file = open_loop(source)
        notice = burned_in(file.dataset)
        key = None if notice is None else notice.key
        if file.is_video:
            kind, video = video_of(file)
            with av.open(video, "r", format=kind) as container:
                _write_video(container, to, key)
            return
        length = seconds(file)
        _check_length(length, file.count)
        frames = ((at, VideoFrame.from_ndarray(rgb, format="rgb24")) for at, rgb in loop(file))
        _write_frames(frames, length, to, key)


def _write_video(container: InputContainer, to: IO[bytes], notice: str | None = None) -> None:
    if not container.streams.video:
        raise FrameError("clip.no_video")
    stream = container.streams.video[0]
    seconds = _checked_length(container, stream)
    _check_size(stream.codec_context.width, stream.codec_context.height)
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = 2
    _write_frames(_timed(container, stream), seconds, to, notice)


def _write_frames(
    frames: Iterable[tuple[float, VideoFrame]], seconds: float, to: IO[bytes], notice: str | None
) -> None:
    """Write the sharpest frame of each step.

    Args:
        frames: with their times in seconds.
        seconds: how long the clip states to be, 0 where it does not.
        to: where the records go.
        notice: key of what is to be known of the file.

    Raises:
        FrameError: there is no frame.
    """
    last = -1.0
    best: _Best | None = None
    changes = _Changes()
    for at, frame in frames:
        if best is not None and int(at / STEP) != int(best.at / STEP):
            _write_frame(to, best, changes.jump(best.at))
            best = None
        last = max(last, at)
        grey = small_grey(frame)
        changes.add(at, grey)
        sharp = sharpness(grey)
        if best is None or sharp > best.sharpness:
            best = _Best(at, sharp, frame)
    if best is None:
        raise FrameError("clip.damaged")
    _write_frame(to, best, changes.jump(best.at))
    cut = last < 0.9 * seconds - 1
    _write(to, {"kind": "end", "seconds": last, "cut": cut, "notice": notice})


class _Best(NamedTuple):
    at: float
    sharpness: float
    frame: VideoFrame


class _Changes:
    """How much each frame differs from the one before it, since the last frame handed over."""

    def __init__(self) -> None:
        self._last: Floats | None = None
        self._known: list[tuple[float, float]] = []

    def add(self, at: float, grey: Floats) -> None:
        if self._last is not None and self._last.shape == grey.shape:
            self._known.append((float(np.abs(grey - self._last).mean()), at))
        self._last = grey

    def jump(self, until: float) -> float | None:
        """When the picture changed at once, up to a time; None where it moved as it always does."""
        passed = [it for it in self._known if it[1] <= until]
        self._known = [it for it in self._known if it[1] > until]
        if not passed:
            return None
        change, at = max(passed)
        usual = statistics.median(it for it, _ in passed)
        return at if change > _JUMP * usual else None


def _checked_length(container: InputContainer, stream: VideoStream) -> float:
    """Stated length in seconds, 0 where none is stated."""
    stated = [0.0]
    if container.duration:
        stated.append(container.duration / av.time_base)
    if stream.duration and stream.time_base:
        stated.append(float(stream.duration * stream.time_base))
    _check_length(max(stated), stream.frames)
    return max(stated)


def _check_length(seconds: float, frames: int) -> None:
    if seconds > MAX_SECONDS:
        raise FrameError("clip.too_long", minutes=seconds / 60, limit=MAX_SECONDS / 60)
    if frames > MAX_FRAMES:
        raise FrameError("clip.too_many", count=frames, limit=MAX_FRAMES)


def _check_size(width: int, height: int) -> None:
    if not width or not height:  # what it is could not be found out
        raise FrameError("clip.damaged")
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS / 1e6
        raise FrameError("clip.too_large", width=width, height=height, limit=limit)
    if min(width, height) < MIN_SIDE:
        raise FrameError("frame.too_small", width=width, height=height, limit=MIN_SIDE)


def _timed(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, VideoFrame]]:
    """Frames in the order shown with their times from the first one on, in seconds."""
    first: float | None = None
    for number, frame in enumerate(_decoded(container, stream)):
        _check_size(frame.width, frame.height)
        at = number / 25 if frame.time is None else frame.time
        first = at if first is None else first
        _check_length(at - first, number)
        yield max(0.0, at - first), frame


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames as far as the file can be read; damaged ones are left out."""
    damaged = 0
    packets = container.demux(stream)
    while damaged <= _MOST_DAMAGED:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            damaged += 1
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame


def small_grey(frame: VideoFrame) -> Floats:
    """[h, 160] float32 of a frame's brightness."""
    height = max(3, round(frame.height * _SMALL / frame.width))
    grey = frame.reformat(width=_SMALL, height=height, format="gray").to_ndarray()
    return grey.astype(np.float32)


def sharpness(grey: Floats) -> float:
    """Variance of the Laplacian."""
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(np.var(around - 4 * grey[1:-1, 1:-1]))


def upright(frame: VideoFrame) -> NDArray[np.uint8]:
    """[H, W, 3] uint8 RGB of square pixels, as the camera was held; longer side at most 800."""
    aspect = float(frame.sample_aspect_ratio or 1) if hasattr(frame, "sample_aspect_ratio") else 1.0
    width = frame.width * (aspect if 0.25 < aspect < 4 else 1.0)
    scale = min(1.0, _SIDE / max(width, frame.height))
    size = {"width": max(1, round(width * scale)), "height": max(1, round(frame.height * scale))}
    rgb = frame.reformat(**size, format="rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(rgb, round(frame.rotation / 90)))


def _write_frame(to: IO[bytes], best: _Best, jump: float | None) -> None:
    rgb = upright(best.frame)
    height, width = rgb.shape[:2]
    told = {"at": best.at, "sharpness": best.sharpness, "jump": jump}
    _write(to, {"kind": "frame", **told, "width": width, "height": height})
    to.write(rgb.tobytes())
    to.flush()
    end_when_silent()


def _write(to: IO[bytes], record: dict[str, Any]) -> None:
    to.write(json.dumps(record).encode() + b"\n")
    to.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.stdout.buffer)
