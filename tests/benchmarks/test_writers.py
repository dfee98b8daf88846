"""The measurement of several writers, with few frames."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.writers import write_at_once


@pytest.mark.skipif(not hasattr(os, "fork"), reason="writes from copies of this process")
def test_two_processes_add_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    outcome = write_at_once(tmp_path / "gallery", frames=40)
    assert outcome.problems == []
    assert outcome.cases == outcome.wanted == 80
    assert outcome.looks > 0
