"""Fixtures for tests of the page's parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.ui_fakes import FakeGallery, FakePredictor, fake_gallery


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> FakeGallery:
    return fake_gallery(tmp_path_factory.mktemp("gallery"))


@pytest.fixture
def predictor(gallery: FakeGallery) -> FakePredictor:
    return FakePredictor(gallery)


@pytest.fixture
def upload_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder
