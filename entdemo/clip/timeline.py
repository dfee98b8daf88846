"""A clip's structures one after the other, with the best frame of each stretch."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from entdemo.clip.reading import Sample, samples
from entdemo.clip.smoothing import Floats, smoothed
from entdemo.errors import UserError
from entdemo.image.frame import Frame, Pixels, load_frame
from entdemo.inference.prediction import Prediction, prediction_json
from entdemo.inference.verdict import region_probabilities
from entdemo.taxonomy import CLASSES, REGIONS, region_of

TOGETHER = 16
"""Frames that are classified at once."""

_OUTSIDE = len(REGIONS)
"""State of what is no endoscopy: before the nose, black, a label."""

_MISJUDGED = 0.1
"""Chance that a frame is refused within a structure, or taken for one outside of it."""

_QUALITY = 90

Classify = Callable[[Sequence[Frame]], Sequence[Prediction]]


@dataclass(frozen=True)
class Stretch:
    """Time in which one structure is shown.

    Attributes:
        start: seconds from the clip's begin.
        end: likewise.
        region: that is shown; None for what does not look like endoscopy.
        class_name: of the region's classes the most probable one over the stretch.
        doubt: 1 less the mean probability of the region, given the whole clip.
        best_at: seconds of the frame that shows the region most surely among the sharp ones.
        best: that frame as JPEG, longer side at most 800, without burned-in text.
    """

    start: float
    end: float
    region: str | None
    class_name: str | None
    doubt: float
    best_at: float
    best: bytes


@dataclass(frozen=True)
class Timeline:
    """What a clip shows.

    Attributes:
        seconds: how long it is.
        stretches: without gaps, in order.
        notice: what is to be known of the file.
    """

    seconds: float
    stretches: tuple[Stretch, ...]
    notice: UserError | None


@dataclass(frozen=True)
class _Seen:
    """A sample, its picture as it was decoded, and what was answered to it."""

    at: float
    sharpness: float
    jump: float | None
    jpeg: bytes
    classes: tuple[float, ...]
    states: tuple[float, ...]


def read_timeline(
    path: Path, classify: Classify, told: Callable[[float], None] = lambda _: None
) -> Timeline:
    """Read a clip; nothing of it is written to the disk.

    Args:
        path: an MP4, MOV, AVI, Matroska, WebM, GIF or DICOM file.
        classify: answers frames; neighbours are not looked at.
        told: is called with the seconds that were read so far.

    Raises:
        UserError: it is no clip within the limits.
    """
    seen: list[_Seen] = []
    reading = _Reading(path)
    for batch in _batches(iter(reading)):
        frames = [load_frame(it.rgb) for it in batch]
        seen += [_seen(*it) for it in zip(batch, frames, classify(frames), strict=True)]
        told(seen[-1].at)
    states = np.array([it.states for it in seen])
    course, posteriors = smoothed(states)
    notice = reading.notice
    if reading.cut:
        notice = UserError("clip.cut_short", seconds=reading.seconds)
    stretches = _stretches(seen, course.tolist(), posteriors, reading.seconds)
    return Timeline(reading.seconds, tuple(stretches), notice)


class _Reading:
    """Samples of a clip; its length is known when all were taken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.seconds = 0.0
        self.cut = False
        self.notice: UserError | None = None

    def __iter__(self) -> Iterator[Sample]:
        end = yield from samples(self._path)
        self.seconds, self.cut, self.notice = end.seconds, end.cut, end.notice


def _batches(found: Iterator[Sample]) -> Iterator[list[Sample]]:
    batch: list[Sample] = []
    for sample in found:
        batch.append(sample)
        if len(batch) == TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _seen(sample: Sample, frame: Frame, answer: Prediction) -> _Seen:
    classes = tuple(answer.probabilities[name] for name in CLASSES)
    regions = np.array(list(region_probabilities(answer.probabilities).values()))
    inside = 1 - _MISJUDGED if answer.in_distribution else _MISJUDGED
    states = (*(inside * regions / regions.sum()).tolist(), 1 - inside)
    jpeg = _jpeg(frame.rgb)
    return _Seen(sample.at, sample.sharpness, sample.jump, jpeg, classes, states)


def _jpeg(rgb: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _stretches(
    seen: Sequence[_Seen], course: list[int], posteriors: Floats, seconds: float
) -> Iterator[Stretch]:
    cuts = [n for n in range(1, len(course)) if course[n] != course[n - 1]]
    times = [0.0, *(_cut(seen[n - 1], seen[n]) for n in cuts), seconds]
    for number, (first, after) in enumerate(pairwise([0, *cuts, len(course)])):
        start, end = times[number : number + 2]
        state = course[first]
        doubt = 1 - float(posteriors[first:after, state].mean())
        best = _best(seen[first:after], state)
        region, class_name = None, None
        if state != _OUTSIDE:
            region = REGIONS[state]
            class_name = _likeliest(seen[first:after], region)
        shown = _jpeg(load_frame(best.jpeg).shown())  # here alone: to look for text takes long
        yield Stretch(start, end, region, class_name, doubt, best.at, shown)


def _cut(before: _Seen, after: _Seen) -> float:
    """When the picture changed between two samples: at a jump, else half way."""
    return (before.at + after.at) / 2 if after.jump is None else after.jump


def _best(seen: Sequence[_Seen], state: int) -> _Seen:
    """The surest of the sharper half."""
    sharp = float(np.median([it.sharpness for it in seen]))
    return max((it for it in seen if it.sharpness >= sharp), key=lambda it: it.states[state])


def _likeliest(seen: Sequence[_Seen], region: str) -> str:
    shares = np.sum([it.classes for it in seen], axis=0)
    own = [number for number, name in enumerate(CLASSES) if region_of(name) == region]
    return CLASSES[max(own, key=lambda number: shares[number])]


def timeline_json(timeline: Timeline, ask: Callable[[Frame], Prediction]) -> dict[str, Any]:
    """A timeline for programs, with the answer to the best frame of each stretch.

    Times are in seconds.
    """
    return {
        "seconds": round(timeline.seconds, 3),
        "notice": None if timeline.notice is None else str(timeline.notice),
        "stretches": [
            {
                "start": round(it.start, 3),
                "end": round(it.end, 3),
                "region": it.region,
                "class": it.class_name,
                "doubt": round(it.doubt, 4),
                "best_frame": round(it.best_at, 3),
                "answer": None if it.region is None else prediction_json(ask(load_frame(it.best))),
            }
            for it in timeline.stretches
        ],
    }
