"""The command ends with what it took and what it left out, whatever comes of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from entdemo.adaptation import adapt as adaptation
from entdemo.adaptation.frames import Taken
from entdemo.adaptation.judge import Judged
from entdemo.cli import adapt as command
from entdemo.errors import AdaptationError, UserError
from entdemo.storage.skipped import Skipped

TAKEN = Taken(2, (Skipped("ear/torn.jpg", UserError("frame.truncated")),), 2)


def check_told(told: str) -> None:
    assert "Taken: 2. Left out: 1." in told
    assert "ear/torn.jpg" in told
    assert "nothing is stated of them: 2" in told


@pytest.mark.parametrize("json", [False, True])
def test_it_ends_with_what_it_left_out(
    json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right, groups = np.array([True, False]), np.array([0, 1])
    labels, classes = ["ear", "throat"], (groups, groups)
    judged = Judged(right, right, (0.0, 0.0), None, labels, groups, classes)
    learned = SimpleNamespace(own=judged, drawn=judged, depth="fast", depths={"fast": 0.5})
    info = SimpleNamespace(metrics={"adaptation": {}})
    adapted: Any = SimpleNamespace(learned=learned, frames="ab", info=info)

    def adapt(*args: Any) -> Any:
        args[4](TAKEN)
        return adapted

    monkeypatch.setattr(adaptation, "adapt", adapt)
    monkeypatch.setattr(command, "open_bundle", lambda _: None)
    command.adapt(Path("own"), Path("[left]"), "weights", json=json)
    told = capsys.readouterr()
    assert ("Wrote [left]." in told.out) is not json
    check_told(told.err)


def test_it_ends_so_where_nothing_is_gained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learned = SimpleNamespace(is_better=False, own=None)

    def own_frames(*args: Any) -> Any:
        args[-1](TAKEN)
        return SimpleNamespace(counts=dict)

    monkeypatch.setattr(adaptation, "read_own_frames", own_frames)
    monkeypatch.setattr(adaptation, "learn", lambda *_, **__: learned)
    figures = {"before": 0.5, "after": 0.5, "low": 0.0, "high": 0.0}
    monkeypatch.setattr(adaptation, "_figures", lambda _: figures)
    monkeypatch.setattr(command, "open_bundle", lambda _: SimpleNamespace(folder=Path("old")))
    with pytest.raises(AdaptationError, match="most of all"):
        command.adapt(Path("own"), Path("new"), "weights")
    check_told(capsys.readouterr().err)
