"""A predictor over a gallery on disk, without a network of its own, for tests that change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from entdemo.gallery.build import build_gallery
from entdemo.gallery.store import Gallery
from tests.helpers.gallery_samples import embed, new_cases
from tests.helpers.ui_fakes import FakePredictor

MADE_BY = ("weights-1", "prep-1")


@dataclass
class EditablePredictor(FakePredictor):
    """Has what an editor needs of a predictor."""

    engine: Any = None


def editable(folder: Path, cases: int = 14) -> EditablePredictor:
    """A predictor that serves a new gallery in ``folder``."""
    gallery: Any = build_gallery(folder, new_cases(cases), embed, *MADE_BY)
    return over(gallery)


def over(gallery: Gallery | Any) -> EditablePredictor:
    """A predictor that serves a gallery."""
    made = EditablePredictor(gallery, engine=SimpleNamespace(embed=embed))
    made.bundle.info.embedder_id = MADE_BY[0]
    made.bundle.preprocess = SimpleNamespace(hash=MADE_BY[1])
    return made
