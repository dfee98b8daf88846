"""The examples run as they are written, in a process of their own, in another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from entdemo.phantom.folder import write_folder
from entdemo.settings import ROOT

EXAMPLES = ROOT / "examples"


def run(*arguments: object, cwd: Path, code: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        input=code,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_is_classified(tmp_path: Path) -> None:
    write_folder(tmp_path / "frames", n=7, seed=77)
    (tmp_path / "frames" / "notes.png").write_bytes(b"no picture")
    told = run(
        EXAMPLES / "classify_folder.py", tmp_path / "frames", tmp_path / "out.csv", cwd=tmp_path
    )
    assert "7 frames answered, 1 refused" in told
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 8


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    cells = json.loads((EXAMPLES / "tour.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    told = run("-", cwd=tmp_path, code=code)
    assert "14 cases" in told
    assert "nose-right -> " in told
