"""Clips: a known order of structures is found again; hostile files get one sentence, soon."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.clips import decoder_took
from entdemo.clip import reading
from entdemo.clip.reading import samples
from entdemo.clip.smoothing import smoothed
from entdemo.clip.timeline import read_timeline
from entdemo.errors import FrameError
from entdemo.image.frame import Frame
from tests.helpers.clips import RATE, clip_of
from tests.helpers.hostile_clips import HOSTILE, torn
from tests.helpers.ordered_clip import check, classify, pictures


@pytest.fixture(scope="module")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_of(tmp_path_factory.mktemp("clip") / "order.mp4", pictures())


def test_the_order_of_structures_is_found_again(mp4: Path) -> None:
    timeline = read_timeline(mp4, classify)
    check(timeline)
    assert timeline.notice is None


def test_text_is_masked_in_what_is_shown_alone(mp4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    masked: list[Frame] = []
    black = np.zeros((120, 160, 3), np.uint8)
    monkeypatch.setattr(Frame, "shown", lambda frame: masked.append(frame) or black)
    timeline = read_timeline(mp4, classify)
    assert len(masked) == len(timeline.stretches)
    assert all(not np.array(Image.open(io.BytesIO(it.best))).any() for it in timeline.stretches)


@pytest.mark.parametrize("name", ["order.avi", "order.mov", "order.mkv"])
def test_other_containers_give_the_same(tmp_path: Path, name: str) -> None:
    check(read_timeline(clip_of(tmp_path / name, pictures()), classify))


def test_a_variable_frame_rate_is_read_by_time(tmp_path: Path) -> None:
    kept = [n for n in range(103) if n % 7 or n % 2]
    shown = pictures()
    times = [n * 10 for n in kept]
    check(
        read_timeline(
            clip_of(tmp_path / "odd.mp4", [shown[n] for n in kept], times=times), classify
        )
    )


def test_the_sharpest_frame_of_each_half_second_is_taken(mp4: Path) -> None:
    found = list(samples(mp4))
    assert len(found) == 21
    assert {round(it.at * RATE) % 5 for it in found} == {0}


def test_one_odd_frame_is_no_stretch_and_three_are() -> None:
    def course(odd: int) -> list[int]:
        rows = np.full((20, 4), 0.04)
        rows[:, 0] = 0.88
        rows[8 : 8 + odd] = (0.04, 0.88, 0.04, 0.04)
        states, posteriors = smoothed(rows)
        assert posteriors.sum(axis=1) == pytest.approx(1)
        return states.tolist()

    assert set(course(1)) == {0}
    assert course(3)[8:11] == [1, 1, 1]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_clip_gets_one_sentence_soon(tmp_path: Path, name: str) -> None:
    make, told = HOSTILE[name]
    path = make(tmp_path / name)
    with pytest.raises(FrameError) as refused:
        list(samples(path))
    assert refused.value.key == told
    assert refused.value.text("en") != refused.value.text("vi")


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="asks the system what a process took")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_clip_costs_ten_seconds_and_a_gigabyte_at_most(tmp_path: Path, name: str) -> None:
    path = HOSTILE[name][0](tmp_path / name)
    seconds, most = decoder_took(path)
    assert seconds < 10
    assert most < 1024**3


def test_what_could_be_read_of_a_torn_avi_is_told_with_a_notice(tmp_path: Path) -> None:
    timeline = read_timeline(torn(tmp_path / "torn.avi"), classify)
    assert timeline.notice is not None
    assert timeline.stretches[0].region == "nose"


def test_a_picture_is_no_clip_and_a_playlist_is_never_followed(tmp_path: Path) -> None:
    for text in (b"\x89PNG\r\n\x1a\n", b"#EXTM3U\n/etc/passwd\n", b"ffconcat version 1.0\n"):
        path = tmp_path / "odd.mp4"
        path.write_bytes(text)
        with pytest.raises(FrameError) as refused:
            list(samples(path))
        assert refused.value.key == "clip.no_clip"


def test_a_decoder_that_hangs_is_ended(mp4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_WAIT", 0.001)
    with pytest.raises(FrameError) as refused:
        list(samples(mp4))
    assert refused.value.key == "clip.too_slow"


def test_a_clip_left_early_ends_its_decoder(mp4: Path) -> None:
    found = samples(mp4)
    next(found)
    found.close()
