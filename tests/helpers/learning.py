"""An app that may learn from own cases, over a small gallery of drawn ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from entdemo.gallery.build import build_gallery
from entdemo.gallery.cases import read_cases
from entdemo.gallery.intake import NewCase
from entdemo.predictor import Predictor, frame_embedder
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS, Settings
from entdemo.taxonomy import CLASSES
from entdemo.ui.editor import Editor
from entdemo.ui.learning import Learning
from entdemo.ui.served import Served


@dataclass
class Desk:
    """What a teacher works at."""

    served: Served
    editor: Editor
    learning: Learning
    settings: Settings


def desk(folder: Path) -> Desk:
    """The shipped weights over one drawn case a class, as if that were the shipped gallery."""
    import torch

    from entdemo.bundle.weights import load_bundle

    shipped = folder / "shipped"
    embedder = frame_embedder(load_bundle(DEFAULT_WEIGHTS), torch.device("cpu"), "fp32")
    build_gallery(shipped, _drawn(), embedder)
    settings = Settings(data=folder / "data", device="cpu", precision="fp32")
    served = Served(Predictor.open(DEFAULT_WEIGHTS, shipped, "cpu", "fp32"))
    editor = Editor(cast(Predictor, served), shipped, settings.own_gallery)
    return Desk(served, editor, Learning(served, editor, settings), settings)


def _drawn() -> list[NewCase]:
    first: dict[str, Any] = {}
    for case in read_cases((DEFAULT_GALLERY / "cases.csv").read_bytes()):
        first.setdefault(case.class_name, case)
    return [
        NewCase(DEFAULT_GALLERY / first[name].file, name, source=first[name].source)
        for name in CLASSES
    ]
