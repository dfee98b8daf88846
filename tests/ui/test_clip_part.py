"""Clips on the page: the timeline, and that nothing of the clip stays."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request

from entdemo.errors import FrameError, PageError
from entdemo.ui import clip_uploads
from entdemo.ui.clip_part import reading
from entdemo.ui.clip_uploads import ClipUploads
from tests.helpers.clips import RATE, clip_of
from tests.helpers.ui_fakes import FakePredictor, draw_frame


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def clips(work: Path) -> ClipUploads:
    return ClipUploads()


def handed_in(clips: ClipUploads, *parts: bytes, broken: bool = False) -> str:
    """Key of a clip that came in parts, and broke off after them."""
    messages = [{"type": "http.request", "body": it, "more_body": True} for it in parts]
    messages.append({"type": "http.disconnect"} if broken else {"type": "http.request"})

    async def receive() -> Any:
        return messages.pop(0)

    request = Request({"type": "http", "method": "POST", "path": "/clip", "headers": []}, receive)
    return asyncio.run(clips.receive(request))


@pytest.fixture
def upload(clips: ClipUploads, tmp_path: Path) -> str:
    """Key of a clip of 3 s of a throat and 3 s of an ear."""
    shown = [
        np.array(Image.open(draw_frame(tmp_path / "a.jpg", it))) for it in ("throat", "ear-left")
    ]
    made = clip_of(tmp_path / "a.mp4", [it for it in shown for _ in range(3 * RATE)])
    data = made.read_bytes()
    made.unlink()
    return handed_in(clips, data[:999], data[999:])


def left(folder: Path) -> list[Path]:
    return [it for it in folder.rglob("*") if it.suffix != ".jpg"]


def test_a_clip_becomes_a_timeline_and_is_gone(
    predictor: FakePredictor, clips: ClipUploads, upload: str, work: Path
) -> None:
    *steps, html = reading(predictor, clips, {"key": upload}, edit=True)  # type: ignore[arg-type]
    assert "Read up to 0:0" in steps[0]
    assert re.findall(r'<span class="([\w-]+)" style', html) == ["throat", "ear"]
    assert re.findall(r"<p>(0:0[\d.]+) – (0:0[\d.]+)</p>", html)[0] == ("0:00.0", "0:03.0")
    assert 'value="ear-left"' in html
    assert 'data-clip="add"' in html
    assert left(work) == []


def test_a_clip_that_is_stopped_is_gone_too(
    predictor: FakePredictor, clips: ClipUploads, upload: str, work: Path
) -> None:
    steps = reading(predictor, clips, {"key": upload}, edit=False)  # type: ignore[arg-type]
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert left(work) == []


def test_what_is_no_clip_is_told_and_gone(
    predictor: FakePredictor, clips: ClipUploads, work: Path
) -> None:
    key = handed_in(clips, b"no clip at all")
    with pytest.raises(FrameError) as caught:
        list(reading(predictor, clips, {"key": key}, edit=False))  # type: ignore[arg-type]
    assert caught.value.key == "clip.no_clip"
    assert left(work) == []


def test_a_clip_is_read_once_by_who_has_its_key(clips: ClipUploads, work: Path) -> None:
    key = handed_in(clips, b"ab", b"c")
    with clips.taken(key) as file:
        assert file.read_bytes() == b"abc"
        clips.clear(keep_s=-1)
        assert file.exists()
    for other in (key, "", None, str(work)):
        with pytest.raises(PageError), clips.taken(other):
            pass
    assert left(work) == []


@pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_HELD"])
def test_too_much_is_told_and_leaves_nothing(
    clips: ClipUploads, work: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(clip_uploads, limit, 5)
    with pytest.raises(PageError) as caught:
        handed_in(clips, b"abcd", b"ef")
    assert caught.value.key == ("clip.too_many_bytes" if limit == "MOST_BYTES" else "clip.busy")
    assert left(work) == []


def test_what_breaks_off_or_is_never_asked_for_is_gone(clips: ClipUploads, work: Path) -> None:
    with pytest.raises(PageError):
        handed_in(clips, b"abcd", broken=True)
    assert left(work) == []
    handed_in(clips, b"abcd")
    assert len(left(work)) == 1
    clips.clear(keep_s=-1)
    assert left(work) == []
