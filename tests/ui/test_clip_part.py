"""Clips on the page: the timeline, and that nothing of the clip stays."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from entdemo.errors import FrameError
from entdemo.ui.clip_part import reading
from tests.helpers.clips import RATE, clip_of
from tests.helpers.ui_fakes import FakePredictor, draw_frame


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def upload(upload_folder: Path, tmp_path: Path) -> Path:
    """An uploaded clip of 3 s of a throat and 3 s of an ear."""
    shown = [
        np.array(Image.open(draw_frame(tmp_path / "a.jpg", it))) for it in ("throat", "ear-left")
    ]
    (upload_folder / "one").mkdir()
    made = clip_of(tmp_path / "a.mp4", [it for it in shown for _ in range(3 * RATE)])
    return made.rename(upload_folder / "one" / "0123")


def left(folder: Path) -> list[Path]:
    return [it for it in folder.rglob("*") if it.suffix != ".jpg" and it.name != "uploads"]


def test_a_clip_becomes_a_timeline_and_is_gone(
    predictor: FakePredictor, upload: Path, work: Path
) -> None:
    *steps, html = reading(predictor, {"path": str(upload)}, edit=True)  # type: ignore[arg-type]
    assert "Read up to 0:0" in steps[0]
    assert re.findall(r'<span class="([\w-]+)" style', html) == ["throat", "ear"]
    assert re.findall(r"<p>(0:0[\d.]+) – (0:0[\d.]+)</p>", html)[0] == ("0:00.0", "0:03.0")
    assert 'value="ear-left"' in html
    assert 'data-clip="add"' in html
    assert left(work) == []


def test_a_clip_that_is_stopped_is_gone_too(
    predictor: FakePredictor, upload: Path, work: Path
) -> None:
    steps = reading(predictor, {"path": str(upload)}, edit=False)  # type: ignore[arg-type]
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert left(work) == []


def test_what_is_no_clip_is_told_and_gone(
    predictor: FakePredictor, upload: Path, work: Path
) -> None:
    upload.write_bytes(b"no clip at all")
    with pytest.raises(FrameError) as caught:
        list(reading(predictor, {"path": str(upload)}, edit=False))  # type: ignore[arg-type]
    assert caught.value.key == "clip.no_clip"
    assert left(work) == []
