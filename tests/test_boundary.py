"""Where errors end: a sentence with the path or setting, or one line and a file for a bug."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from entdemo import boundary
from entdemo.boundary import BUG, USER_MISTAKE, foreseen, guarded
from entdemo.errors import QueryError
from tests.helpers.command_line import entdemo


def raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/closed/a.jpg"), "/closed/a.jpg"),
        (OSError(errno.ENAMETOOLONG, "File name too long", b"/x\xff"), "File name too long"),
        (OSError(errno.ENOSPC, "No space left on device", "/full"), "/full"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "Connection reset"),
        (RuntimeError("Could not determine home directory."), "home folder"),
        (MemoryError(), "memory"),
        (UnicodeEncodeError("utf-8", "a\ud800", 1, 2, "surrogates not allowed"), "ud800"),
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "torch"),
        (QueryError("text.empty"), "description"),
    ],
)
def test_what_the_surroundings_cause_is_a_sentence(
    error: Exception, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: raising(error)) == USER_MISTAKE
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_a_bug_is_one_line_a_file_and_70(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boundary, "user_log_path", lambda *_, **__: tmp_path / "logs")
    assert foreseen(ZeroDivisionError()) is None
    assert guarded(lambda: raising(ZeroDivisionError("ratio"))) == BUG
    told = capsys.readouterr().err
    (file,) = (tmp_path / "logs").iterdir()
    assert told.count("\n") == 1
    assert str(file) in told
    assert "ZeroDivisionError: ratio" in file.read_text("utf-8")


def test_a_bug_is_told_where_no_folder_for_logs_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(boundary, "user_log_path", lambda *_, **__: tmp_path / "file" / "logs")
    monkeypatch.setattr(boundary.tempfile, "gettempdir", lambda: str(tmp_path))
    assert guarded(lambda: raising(KeyError("x"))) == BUG
    assert str(tmp_path) in capsys.readouterr().err
    monkeypatch.setattr(boundary.tempfile, "gettempdir", lambda: str(tmp_path / "file"))
    assert guarded(lambda: raising(KeyError("x"))) == BUG


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_names_that_the_terminal_lacks_are_escaped(encoding: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "entdemo", "predict", b"h\xe1\xbb\x8dng\xff.jpg"],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert run.returncode == USER_MISTAKE
    assert rb"\u1ecd" in run.stderr
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "a" * 300 + ".jpg"],
        ["weights", "verify", "~nosuchuser/w"],
        ["search", "wax", "--device", "cpu:x"],
    ],
    ids=["long", "home", "device"],
)
def test_commands_end_in_a_sentence(arguments: list[str]) -> None:
    code, _, said = entdemo(*arguments)
    assert code == USER_MISTAKE
    assert said.count("\n") == 1
