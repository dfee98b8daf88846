"""The page's part of a predictor is there before the predictor is."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from entdemo.errors import UserError
from entdemo.image.frame import frame_from_array
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_WEIGHTS, ROOT, Settings
from entdemo.ui import lazy_predictor as opening
from entdemo.ui.lazy_predictor import Opening, is_foreseeable

HEAVY = ("torch", "open_clip", "peft", "timm")


@pytest.fixture
def settings() -> Settings:
    return Settings(device="cpu", precision="fp32")


def test_the_page_imports_nothing_heavy() -> None:
    code = (
        "import sys, entdemo.ui.page, entdemo.ui.lazy_predictor, entdemo.ui.editor\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_names_and_cases_are_there_at_once_and_answers_wait(settings: Settings) -> None:
    waiting = Opening(settings)
    assert waiting.notice is None
    frame = frame_from_array(np.full((96, 96, 3), 120, np.uint8))
    with ThreadPoolExecutor(1) as visitor:
        answer = visitor.submit(lambda: waiting.predict(frame, 3))
        stated = (waiting.bundle_name, waiting.bundle_id, waiting.device)
        count, levels = len(waiting.gallery.cases), waiting.bundle.info.fusion.levels
        assert not answer.done()
        opened = waiting.open()
        assert len(answer.result(60).neighbours) == 3
    assert stated == (opened.bundle_name, opened.bundle_id, opened.device)
    assert count == len(opened.gallery.cases)
    assert levels == opened.bundle.info.fusion.levels
    assert waiting.gallery is opened.gallery
    assert waiting.bundle is opened.bundle


def test_a_replaced_gallery_is_the_predictors(settings: Settings) -> None:
    waiting = Opening(settings)
    opened = waiting.open()
    other = waiting._gallery
    waiting.gallery = other
    assert opened.gallery is other


def test_a_failure_reaches_those_that_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: str) -> None:
        raise UserError("weights.missing", name="x")

    monkeypatch.setattr(Predictor, "open", fail)
    waiting = Opening(settings)
    with pytest.raises(UserError, match="no weights"):
        waiting.open()
    with pytest.raises(UserError, match="no weights"):
        waiting.search("ear")


def test_an_end_of_the_process_frees_those_that_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Predictor, "open", lambda *_: sys.exit(0))
    waiting = Opening(settings)
    with pytest.raises(SystemExit):
        waiting.open()
    with pytest.raises(UserError, match="went wrong"):
        waiting.search("ear")


def test_only_a_cpu_and_weights_in_a_folder_are_foreseeable(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_ACCELERATORS", (tmp_path / "gpu",))
    monkeypatch.setattr(opening.sys, "platform", "linux")
    automatic = settings.model_copy(update={"weights": str(DEFAULT_WEIGHTS), "device": "auto"})
    assert is_foreseeable(automatic)
    assert is_foreseeable(automatic.model_copy(update={"device": "cpu"}))
    assert not is_foreseeable(automatic.model_copy(update={"device": "cuda"}))
    assert not is_foreseeable(automatic.model_copy(update={"weights": "owner/name"}))
    (tmp_path / "gpu").touch()
    assert not is_foreseeable(automatic)
