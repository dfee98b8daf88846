"""The private folder of a process, and what is left of killed ones."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from pathlib import Path

import gradio as gr
from gradio import routes
from gradio.utils import get_upload_folder

from entdemo.ui.periodic import every
from entdemo.ui.upload_folder import private_uploads
from entdemo.ui.uploads import clear_uploads


def test_the_folder_is_private_and_gone_at_the_end(upload_folder: Path) -> None:
    with private_uploads() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert Path(get_upload_folder()).parent == folder
        assert Path(tempfile.gettempdir()).parent == folder
        assert Path(vars(routes)["DEFAULT_TEMP_DIR"]).parent == folder
        (folder / "uploads" / "frame").write_bytes(b"x")
    assert list(upload_folder.iterdir()) == []
    assert os.environ["GRADIO_TEMP_DIR"] == str(upload_folder)


def test_what_a_killed_process_left_is_gone_at_the_next_start(upload_folder: Path) -> None:
    left = upload_folder / "entdemo-uploads-1-killed"
    left.mkdir()
    (left / "frame").write_bytes(b"x")
    own = upload_folder / "own"
    own.mkdir()
    (upload_folder / "entdemo-uploads-link").symlink_to(own)
    with private_uploads() as running, private_uploads():
        assert not left.exists()
        assert running.exists()
    assert own.exists()


def test_an_upload_that_broke_off_is_swept_by_its_age(upload_folder: Path) -> None:
    (upload_folder / "0123").mkdir()
    (upload_folder / "0123" / "part").write_bytes(b"x")
    clear_uploads(gr.Blocks(), keep_s=60)
    assert (upload_folder / "0123" / "part").exists()
    clear_uploads(gr.Blocks(), keep_s=-1)
    assert list(upload_folder.iterdir()) == []


def test_a_periodic_task_goes_on_after_an_error() -> None:
    done, again = [0], threading.Event()

    def task() -> None:
        done[0] += 1
        if done[0] > 1:
            again.set()
            return
        raise ValueError("once")

    every(0.1, task, "test")
    assert again.wait(5)
