"""A predictor over a gallery on disk, without a network of its own, for tests that change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.gallery.build import build_gallery
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.store import Gallery
from tests.helpers.ui_fakes import FakePredictor


@dataclass
class EditablePredictor(FakePredictor):
    """Has what an editor needs of a predictor."""

    embedder: Embedder = EMBEDDER


def editable(folder: Path, cases: int = 14) -> EditablePredictor:
    """A predictor that serves a new gallery in ``folder``."""
    gallery: Any = build_gallery(folder, new_cases(cases), EMBEDDER)
    return over(gallery)


def over(gallery: Gallery | Any) -> EditablePredictor:
    """A predictor that serves a gallery."""
    return EditablePredictor(gallery)
