"""Pictures of structures in a known order, what answers them, and what must come out."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from entdemo.clip.timeline import Timeline
from entdemo.image.frame import Frame
from entdemo.inference.prediction import Prediction
from entdemo.taxonomy import CLASSES, region_of
from tests.helpers.clips import RATE

COLOURS = {"nose-left": 210, "throat": 140, "vc-open": 70}
ORDER = [("nose-left", 4.2), ("throat", 3.4), ("vc-open", 2.7)]


def drawn(brightness: int, number: int, size: tuple[int, int] = (160, 120)) -> np.ndarray:
    """A picture of one brightness with fine marks that move; blurred but for each fifth."""
    rgb = np.full((size[1], size[0], 3), brightness, np.uint8)
    rgb[::8, number % 8 :: 8 if number % 5 == 0 else 64] //= 2
    return rgb


def pictures() -> list[np.ndarray]:
    names = [name for name, seconds in ORDER for _ in range(round(seconds * RATE))]
    return [drawn(COLOURS[name], number) for number, name in enumerate(names)]


def classify(frames: Sequence[Frame]) -> list[Prediction]:
    """By brightness, wrong for a single frame now and then."""
    return [_answer(float(np.median(frame.rgb)), frame.digest) for frame in frames]


def _answer(brightness: float, digest: str) -> Prediction:
    best = min(COLOURS, key=lambda name: abs(COLOURS[name] - brightness))
    if int(digest[:2], 16) % 8 == 0:
        best = "ear-left"
    shares = dict.fromkeys(CLASSES, 0.02) | {best: 0.88}
    return Prediction(best, region_of(best), shares, True, (), {})


def check(timeline: Timeline) -> None:
    assert [it.class_name for it in timeline.stretches] == [name for name, _ in ORDER]
    cuts = [it.start for it in timeline.stretches[1:]]
    assert cuts == pytest.approx([4.2, 7.6], abs=0.5)
    assert all(0 <= it.doubt < 0.2 for it in timeline.stretches)
    for it, (name, _) in zip(timeline.stretches, ORDER, strict=True):
        assert it.start <= it.best_at <= it.end
        best = np.array(Image.open(io.BytesIO(it.best)))
        assert np.median(best) == pytest.approx(COLOURS[name], abs=12)
    right = sum(
        min(it.end, end) - max(it.start, start)
        for it, start, end in zip(timeline.stretches, (0, 4.2, 7.6), (4.2, 7.6, 10.2), strict=True)
    )
    assert right / timeline.seconds >= 0.95
