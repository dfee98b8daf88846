"""Evaluation around networks that are no networks."""

from __future__ import annotations

import pytest

from entdemo.inference import calibration
from entdemo.taxonomy import CLASSES


@pytest.fixture
def colour_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the sides of mirror images alone: the colour network sees no sides.

    To it a mirror image of a right ear is the same right ear, so swapping sides back would leave
    both sides equally probable.
    """
    monkeypatch.setattr(calibration, "MIRRORED", tuple(range(len(CLASSES))))
