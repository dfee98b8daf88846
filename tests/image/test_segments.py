"""JPEG files as cameras, phones and broken transfers leave them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fixtures.pictures import saved, scene
from entdemo.errors import FrameError
from entdemo.image.frame import load_frame
from entdemo.image.segments import structure_of
from tests.helpers.uploads import refusal

PLAIN = saved(scene(), "JPEG", quality=90)
KINDS = {
    "baseline": PLAIN,
    "progressive": saved(scene(), "JPEG", progressive=True),
    "with restarts": saved(scene(), "JPEG", restart_marker_blocks=2),
    "grey": saved(scene()[..., 0], "JPEG"),
}


def with_notes(data: bytes, notes: bytes) -> bytes:
    """A camera's own segment behind the file's start."""
    return data[:2] + b"\xff\xe1" + (len(notes) + 2).to_bytes(2, "big") + notes + data[2:]


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_end_costs_nothing_where_the_picture_is_whole(kind: str) -> None:
    whole = load_frame(KINDS[kind])
    assert load_frame(KINDS[kind][:-2]) == whole
    assert load_frame(KINDS[kind][:-1]) == whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_a_picture_that_was_cut_is_refused(kind: str, share: float) -> None:
    data = KINDS[kind]
    start = data.index(b"\xff\xda")
    assert refusal(data[: start + int(share * (len(data) - start))]) == "frame.truncated"


def test_a_picture_that_was_cut_at_a_restart_is_refused() -> None:
    data = KINDS["with restarts"]
    assert refusal(data[: data.rindex(b"\xff\xd5")]) == "frame.truncated"


@pytest.mark.parametrize(
    "before",
    [
        b"\r\n",
        b"\0\0",
        b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\n",
        b"Content-Type: image/jpeg\n\n",
    ],
)
def test_what_a_stream_leaves_before_a_picture_is_passed_over(before: bytes) -> None:
    assert load_frame(before + PLAIN) == load_frame(PLAIN)
    assert load_frame(before + saved(scene())) == load_frame(saved(scene()))


def test_what_lies_behind_the_picture_is_not_looked_at() -> None:
    clip = b"\0\0\0\x18ftypmp42" + b"\xff\xda\xff\xd8\xff" * 400
    assert load_frame(PLAIN + clip) == load_frame(PLAIN)


def test_previews_in_notes_are_not_looked_at() -> None:
    assert load_frame(with_notes(PLAIN, b"NOTES" + b"\xff\xda\xff\xd9" * 60)) == load_frame(PLAIN)
    assert load_frame(with_notes(PLAIN, PLAIN)) == load_frame(PLAIN)


def test_what_the_segments_tell() -> None:
    found = structure_of(PLAIN + b"more")
    assert (found.end, found.scans, found.jfif, found.subsampled) == (len(PLAIN), 1, True, True)
    assert not any(found.missing.values())
    progressive = KINDS["progressive"]
    assert structure_of(progressive).scans == progressive.count(b"\xff\xda")
    cut = progressive[: progressive.rindex(b"\xff\xda")]
    assert structure_of(cut).end is None
    assert any(structure_of(cut).missing.values())


def test_any_cut_is_read_as_far_as_it_goes() -> None:
    for end in range(0, len(PLAIN), 7):
        try:
            rgb = load_frame(PLAIN[:end]).rgb
        except FrameError:
            continue
        assert np.array_equal(rgb, load_frame(PLAIN).rgb)
