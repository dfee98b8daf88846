"""The command ends with what it took and what it left out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from entdemo.adaptation import adapt as adaptation
from entdemo.adaptation.judge import Judged
from entdemo.cli import adapt as command
from entdemo.errors import UserError
from entdemo.storage.skipped import Skipped


class Frames(list[str]):
    """As many frames as names, one damaged and two of which nothing is stated."""

    skipped = (Skipped("ear/torn.jpg", UserError("frame.truncated")),)
    unlabelled = 2


@pytest.mark.parametrize("json", [False, True])
def test_it_ends_with_what_it_left_out(
    json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right, groups = np.array([True, False]), np.array([0, 1])
    labels, classes = ["ear", "throat"], (groups, groups)
    judged = Judged(right, right, (0.0, 0.0), None, labels, groups, classes)
    learned = SimpleNamespace(own=judged, drawn=judged)
    info = SimpleNamespace(metrics={"adaptation": {}})
    adapted: Any = SimpleNamespace(learned=learned, frames=Frames("ab"), info=info)
    monkeypatch.setattr(adaptation, "adapt", lambda *_: adapted)
    monkeypatch.setattr(command, "open_bundle", lambda _: None)
    command.adapt(Path("own"), Path("[left]"), "weights", json=json)
    told = capsys.readouterr()
    assert ("Wrote [left]." in told.out) is not json
    assert "Learned from 2 frames." in told.err
    assert "Left out: 1." in told.err
    assert "ear/torn.jpg" in told.err
    assert "nothing is stated of them: 2" in told.err
