"""The log of a run that was cut off and goes on is that of one that was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.errors import UserError
from entdemo.training.log import StageLog


def logged(path: Path, stage: int, start: int, stop: int) -> None:
    log = StageLog(path, stage, start)
    for step in range(start, stop):
        log.add({"stage": stage, "step": step, "classes": 1 / (step + 1), "contrast": 2.0})


def test_rows_after_the_last_checkpoint_are_dropped(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    for path in (whole, cut):
        logged(path, 0, 0, 4)
    logged(whole, 1, 0, 6)
    logged(cut, 1, 0, 5)
    with cut.open("ab") as file:
        file.write(b"1,5,cla")
    logged(cut, 0, 4, 4)
    logged(cut, 1, 2, 6)
    assert cut.read_bytes() == whole.read_bytes()
    assert whole.read_text().splitlines()[:2] == ["stage,step,name,value", "0,0,classes,1"]


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    log = StageLog(tmp_path / "log.csv", 0, 0)
    log.path.unlink()
    log.path.mkdir()
    with pytest.raises(UserError, match=r"log\.csv could not be written"):
        log.add({"stage": 0, "step": 0, "classes": 1.0})
