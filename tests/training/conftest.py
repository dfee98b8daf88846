"""Fixtures for tests of training."""

from __future__ import annotations

import pytest

from entdemo.training import calibrate
from tests.helpers.brief import NEGATIVES


@pytest.fixture
def few_negatives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibrate the threshold, of which most seconds of a small export are, on few pictures."""
    monkeypatch.setattr(calibrate, "_NEGATIVES", NEGATIVES)
