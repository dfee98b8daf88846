"""Drawn frames, to tell what weights forget while they learn from others."""

from __future__ import annotations

import numpy as np

from entdemo.adaptation.frames import OwnFrames, encoded_frames
from entdemo.adaptation.labels import Labelled
from entdemo.adaptation.steps import Steps
from entdemo.bundle.weights import Bundle
from entdemo.gallery.cases import FILE_NAME, read_cases
from entdemo.image.frame import load_frame
from entdemo.settings import DEFAULT_GALLERY
from entdemo.taxonomy import CLASSES

_EACH = 10


def drawn_count() -> int:
    """How many frames ``drawn_frames`` gives."""
    return _EACH * len(CLASSES)


def drawn_frames(bundle: Bundle, steps: Steps) -> OwnFrames:
    """Ten frames a class of the shipped gallery, of which no training saw any."""
    return _encoded(bundle, 0, steps)


def replay_frames(bundle: Bundle) -> OwnFrames:
    """The next ten frames a class, to be learned from again beside the user's."""
    return _encoded(bundle, 1, Steps())


def _encoded(bundle: Bundle, turn: int, steps: Steps) -> OwnFrames:
    """The first ten frames a class, or those of a later turn."""
    counts: dict[str, int] = {}
    items = []
    for case in read_cases((DEFAULT_GALLERY / FILE_NAME).read_bytes()):
        at = counts.get(case.class_name, 0)
        counts[case.class_name] = at + 1
        if at // _EACH == turn:
            items.append(Labelled(DEFAULT_GALLERY / case.file, frozenset({case.class_name})))
    squares = []
    for item in items:
        squares.append(load_frame(item.file).square(bundle.preprocess.image_size))
        steps.take()
    return encoded_frames(bundle, items, squares, np.arange(len(items)), steps)
