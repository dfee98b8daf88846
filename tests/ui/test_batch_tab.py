from __future__ import annotations

import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from entdemo.batch import COLUMNS
from entdemo.errors import UserError
from entdemo.ui.batch_tab import answered, tools
from tests.helpers.ui_fakes import FakePredictor


def uploaded(folder: Path, source: Path) -> str:
    target = folder / "one" / "0123"
    target.parent.mkdir()
    return str(shutil.copy(source, target))


def test_a_row_has_picture_answer_class_and_nearest_case(
    predictor: FakePredictor, upload_folder: Path
) -> None:
    gallery = predictor.gallery
    path = uploaded(upload_folder, gallery.frame_path(gallery.case("ear-left-0")))
    html = answered(predictor, {"path": path, "turn": 7})  # type: ignore[arg-type]
    assert '<tr data-turn="7" data-doubt="0.1400"' in html
    assert 'data-class="ear-left"' in html
    assert 'src="data:image/jpeg;base64,' in html
    assert '<option value="ear-left" selected' in html
    assert 'data-case="ear-left-0"' in html
    told = unescape(html.split('data-cells="')[1].split('"')[0])
    assert told.count(",") >= len(COLUMNS) - 2
    assert not Path(path).exists()


def test_a_frame_is_asked_for_once_with_as_many_cases_as_are_compared(
    predictor: FakePredictor, upload_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer cases than the judgement compares would be searched a second time."""
    asked: list[tuple[Any, ...]] = []
    predict = FakePredictor.predict
    monkeypatch.setattr(
        FakePredictor, "predict", lambda own, *args: asked.append(args) or predict(own, *args)
    )
    gallery = predictor.gallery
    path = uploaded(upload_folder, gallery.frame_path(gallery.case("ear-left-0")))
    answered(predictor, {"path": path})  # type: ignore[arg-type]
    assert [len(args) for args in asked] == [1]


def test_what_is_refused_has_no_class_and_no_case(
    predictor: FakePredictor, tmp_path: Path, upload_folder: Path
) -> None:
    grey = tmp_path / "grey.png"
    Image.new("RGB", (200, 200), (128, 128, 128)).save(grey)
    html = answered(predictor, {"path": uploaded(upload_folder, grey)})  # type: ignore[arg-type]
    assert 'data-grade="refused" data-class=""' in html
    assert "<select" in html
    assert "selected" not in html
    assert "data-case" not in html


def test_what_cannot_be_read_is_a_row_with_the_reason(
    predictor: FakePredictor, tmp_path: Path, upload_folder: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"no picture at all")
    html = answered(predictor, {"path": uploaded(upload_folder, broken)})  # type: ignore[arg-type]
    assert 'data-grade="unreadable"' in html
    assert 'data-doubt="1.0000"' in html
    assert "<select" not in html
    assert list(upload_folder.rglob("*")) == []


def test_an_upload_that_is_gone_is_no_row(predictor: FakePredictor, upload_folder: Path) -> None:
    with pytest.raises(UserError) as caught:
        answered(predictor, {"path": str(upload_folder / "gone")})  # type: ignore[arg-type]
    assert caught.value.key == "ui.upload_lost"


def test_only_who_may_edit_can_add_frames() -> None:
    assert 'data-batch="add"' in tools(edit=True)
    assert 'data-batch="add"' not in tools(edit=False)
