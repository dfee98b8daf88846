"""What training took of a folder and what it left out is told, also at the end."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.fixtures.gallery_samples import jpeg, picture
from entdemo.training import train as driver
from entdemo.training.data import read_frames


def test_a_folder_tells_what_was_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    (folder / "throat").mkdir(parents=True)
    (folder / "throat" / "a.jpg").write_bytes(jpeg(picture(1)))
    (folder / "throat" / "notes.docx").write_bytes(b"PK\3\4")
    told: list[str] = []
    assert len(read_frames(folder, 32, told.append)) == 1
    assert told[0] == "clinic: 1 frames, 1 files left out"
    assert "notes.docx" in told[1]


def test_it_is_told_again_after_the_bundle_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = SimpleNamespace(
        is_main_process=True, num_processes=1,
        main_process_first=nullcontext, wait_for_everyone=lambda: None,
    )  # fmt: skip
    for name in ("check_base", "create_base", "open_start", "check_data", "lock_run", "build_texts",
                 "build_model", "run_stages", "export_bundle", "read_info"):  # fmt: skip
        monkeypatch.setattr(driver, name, lambda *_: SimpleNamespace(tokenize=None))
    monkeypatch.setattr(driver, "start_processes", lambda: processes)
    monkeypatch.setattr(driver, "with_precision", lambda config, *_: config)
    lines = ("clinic: 1 frames, 1 files left out", "Skipped “notes.docx”: it is no picture.")
    data = SimpleNamespace(told=lines, train=None)
    monkeypatch.setattr(driver, "build_data", lambda *_: data)
    config: Any = SimpleNamespace(
        model=SimpleNamespace(tag=None), data=SimpleNamespace(train=None), output=Path()
    )
    told: list[str] = []
    driver.train(config, lambda _: None, told.append)
    assert tuple(told[-2:]) == lines
