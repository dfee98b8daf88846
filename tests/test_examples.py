"""The examples run as they are written, in another folder."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entdemo.cli.main import app
from entdemo.phantom.folder import write_folder
from entdemo.settings import ROOT
from entdemo.training import calibrate
from tests.helpers.brief import NEGATIVES

EXAMPLES = ROOT / "examples"


def test_a_folder_is_classified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path / "frames", n=7, seed=77)
    (tmp_path / "frames" / "notes.png").write_bytes(b"no picture")
    script = str(EXAMPLES / "classify_folder.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script, "frames", "out.csv"])
    runpy.run_path(script, run_name="__main__")
    assert "7 frames answered, 1 refused" in capsys.readouterr().out
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 8


def run_here(call: list[str], cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
    """A command ``python -m entdemo ...`` in this process, where everything is imported."""
    assert call[:3] == [sys.executable, "-m", "entdemo"]
    before = Path.cwd()
    os.chdir(cwd)
    try:
        done = CliRunner().invoke(app, call[3:])
    finally:
        os.chdir(before)
    return subprocess.CompletedProcess(call, done.exit_code, done.stdout, done.stderr)


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "run", run_here)
    monkeypatch.setattr(calibrate, "_NEGATIVES", NEGATIVES)
    cells = json.loads((EXAMPLES / "tour.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    exec(compile(code, "tour.ipynb", "exec"), {"__name__": "__main__"})
    told = capsys.readouterr().out
    assert "14 cases" in told
    assert "nose-right -> " in told
