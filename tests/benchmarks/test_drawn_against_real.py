"""The comparison of drawn with real frames, with drawn frames in the place of real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import drawn_against_real
from benchmarks.drawn_against_real import compare, table, write_sheets
from benchmarks.lite0 import PREPROCESS
from entdemo.data.dataset import read_items
from entdemo.phantom.folder import write_folder
from entdemo.training.config import PhantomSource
from entdemo.training.data import draw_frames


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen drawn frames, half of them from a named source."""
    made = tmp_path_factory.mktemp("drawn") / "frames"
    write_folder(made, 14, 7_001)
    files = sorted(made.glob("*/*.jpg"))[::2]
    rows = "".join(f"{file.parent.name}/{file.name},x,scope\n" for file in files)
    (made / "frames.csv").write_text(f"file,label,source\n{rows}")
    return made


def test_sources_come_from_the_table_or_the_folder(folder: Path) -> None:
    sources = [it.source for it in read_items(folder)]
    assert sources == ["scope", "phantom frame, drawn by entdemo"] * 7


def test_drawn_frames_are_told_by_drawn_frames(folder: Path, tmp_path: Path) -> None:
    drawn = draw_frames(PhantomSource(n=70, seed=7_002), PREPROCESS.image_size, tmp_path)
    items = read_items(folder)
    found = compare(items, drawn, shown=3)
    assert found.nearest.shape == (14, 3)
    right = [said == it.region for said, it in zip(found.said, items, strict=True)]
    assert sum(right) >= 11
    assert table(found).row_count == 2 * 4 + 5
    write_sheets(found, tmp_path / "sheets")
    names = sorted(file.name for file in (tmp_path / "sheets").iterdir())
    assert names == ["phantom frame, drawn by entdemo.png", "scope.png"]


def test_sheets_of_real_frames_stay_out_of_the_repository(folder: Path) -> None:
    app = typer.Typer()
    app.command()(drawn_against_real.main)
    inside = drawn_against_real.ROOT / "docs" / "sheets"
    result = CliRunner().invoke(app, [str(folder), "--sheets", str(inside)])
    assert result.exit_code == 2
    assert not inside.exists()
