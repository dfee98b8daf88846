"""A small gallery to change and to damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.gallery.build import build_gallery


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A gallery of 21 cases."""
    path = tmp_path / "gallery"
    build_gallery(path, new_cases(21), EMBEDDER)
    return path
