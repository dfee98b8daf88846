"""DICOM loops and videos as clips: the same timeline as of any other file, without a tag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder
from pydicom.uid import (
    MPEG4HP41,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from benchmarks.fixtures.pictures import PATIENT, dicom, saved
from entdemo.clip.reading import samples
from entdemo.clip.timeline import Timeline, read_timeline
from entdemo.errors import FrameError
from tests.helpers.clips import RATE, clip_of
from tests.helpers.ordered_clip import check, classify, pictures

SIZE: dict[str, Any] = {"Rows": 120, "Columns": 160, "FrameTime": 1000 / RATE}
RUNS = {
    "rows": 120, "columns": 160, "number_of_frames": 1, "samples_per_pixel": 3,
    "bits_allocated": 8, "bits_stored": 8, "pixel_representation": 0,
    "photometric_interpretation": "RGB", "planar_configuration": 0,
}  # fmt: skip


def packed(syntax: str, frames: list[np.ndarray]) -> bytes:
    """The value of the pixels."""
    if syntax == ExplicitVRLittleEndian:
        return b"".join(it.tobytes() for it in frames)
    if syntax == RLELossless:
        encoder = get_encoder(RLELossless)
        return encapsulate([encoder.encode(it, **RUNS, encoding_plugin="pydicom") for it in frames])
    if syntax == JPEG2000Lossless:
        options: dict[str, Any] = {"irreversible": False, "no_jp2": True}
        return encapsulate([saved(it, "JPEG2000", **options) for it in frames])
    return encapsulate([saved(it, "JPEG", quality=95) for it in frames])


def loop(path: Path, syntax: str, frames: list[np.ndarray], **tags: Any) -> Path:
    told = SIZE | {"NumberOfFrames": len(frames)} | tags
    path.write_bytes(dicom(packed(syntax, frames), syntax, **told))
    return path


def test_no_tag_is_left(timeline: Timeline) -> None:
    assert PATIENT not in repr(timeline)
    assert all(PATIENT.encode() not in it.best for it in timeline.stretches)


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    path = tmp_path_factory.mktemp("loop") / "loop"
    return read_timeline(loop(path, ExplicitVRLittleEndian, pictures()), classify)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGBaseline8Bit])
def test_packed_loops_give_the_order_of_structures(tmp_path: Path, syntax: str) -> None:
    check(read_timeline(loop(tmp_path / "loop", syntax, pictures()), classify))


def test_a_plain_loop_gives_it_and_says_that_text_may_be_burned_in(timeline: Timeline) -> None:
    check(timeline)
    assert timeline.notice is not None
    assert timeline.notice.key == "frame.burned_in_unknown"


@pytest.mark.parametrize("parts", [1, 3])
def test_a_video_inside_gives_it(tmp_path: Path, parts: int) -> None:
    data = clip_of(tmp_path / "order.mp4", pictures()).read_bytes()
    step = (-(-len(data) // parts) + 1) // 2 * 2
    cut = [data[at : at + step] for at in range(0, len(data), step)]
    value = b"".join(
        b"\xfe\xff\x00\xe0" + len(it).to_bytes(4, "little") + it
        for it in (b"", *(it + b"\0" * (len(it) % 2) for it in cut))
    )
    path = tmp_path / "video.dcm"
    path.write_bytes(dicom(value + b"\xfe\xff\xdd\xe0\0\0\0\0", MPEG4HP41, **SIZE))
    check(read_timeline(path, classify))


def test_a_single_picture_is_no_clip(tmp_path: Path) -> None:
    with pytest.raises(FrameError) as refused:
        list(samples(loop(tmp_path / "one", ExplicitVRLittleEndian, pictures()[:1])))
    assert refused.value.key == "clip.one_frame"


def test_a_torn_loop_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = loop(tmp_path / "torn", JPEGBaseline8Bit, pictures())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    timeline = read_timeline(path, classify)
    assert timeline.notice is not None
    assert timeline.notice.key == "clip.cut_short"
    assert 3 < timeline.seconds < 7


@pytest.mark.parametrize(
    ("tags", "key"),
    [
        ({"FrameTime": 400_000}, "clip.too_long"),
        ({"Rows": 16_000, "Columns": 16_000}, "frame.too_many_pixels"),
        ({"Rows": 1, "Columns": 1}, "frame.too_small"),
        ({"NumberOfFrames": 2_000_000}, "frame.dicom_sizes"),
    ],
)
def test_hostile_loops_get_one_sentence(tmp_path: Path, tags: dict[str, Any], key: str) -> None:
    with pytest.raises(FrameError) as refused:
        list(samples(loop(tmp_path / "odd", ExplicitVRLittleEndian, pictures()[:4], **tags)))
    assert refused.value.key == key
