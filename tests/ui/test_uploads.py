from __future__ import annotations

import threading
from pathlib import Path

import gradio as gr
import pytest

from entdemo.errors import UserError
from entdemo.ui.uploads import clear_uploads, read_upload
from tests.helpers.ui_fakes import draw_frame


@pytest.fixture
def uploaded(upload_folder: Path) -> Path:
    folder = upload_folder / "0123"
    folder.mkdir()
    return draw_frame(folder / "frame", "throat")


def test_an_upload_is_gone_once_it_is_read(uploaded: Path, upload_folder: Path) -> None:
    assert read_upload(str(uploaded)).rgb.shape == (240, 320, 3)
    assert list(upload_folder.iterdir()) == []


def test_a_bad_upload_is_gone_too(uploaded: Path, upload_folder: Path) -> None:
    uploaded.write_bytes(b"not a picture")
    with pytest.raises(UserError, match="not a picture"):
        read_upload(str(uploaded))
    assert list(upload_folder.iterdir()) == []


def test_a_programs_upload_is_left_to_the_clean_up(uploaded: Path) -> None:
    read_upload(str(uploaded), keep=True)
    assert uploaded.exists()


@pytest.mark.parametrize("path", ["", None, 7, "nowhere.jpg", "a\0b", "/etc/passwd"])
def test_anything_else_is_refused(upload_folder: Path, path: object) -> None:
    with pytest.raises(UserError) as caught:
        read_upload(path)
    assert caught.value.key == "ui.upload_lost"


def test_a_file_beside_the_upload_folder_stays(upload_folder: Path) -> None:
    outside = draw_frame(upload_folder.parent / "own.jpg", "throat")
    with pytest.raises(UserError):
        read_upload(str(upload_folder / ".." / "own.jpg"))
    assert outside.exists()


def test_a_link_out_of_the_upload_folder_is_refused(upload_folder: Path) -> None:
    outside = draw_frame(upload_folder.parent / "own.jpg", "throat")
    (upload_folder / "link").symlink_to(outside)
    with pytest.raises(UserError):
        read_upload(str(upload_folder / "link"))
    assert outside.exists()


def test_old_uploads_are_cleared_and_those_that_are_gone_forgotten(
    uploaded: Path, upload_folder: Path
) -> None:
    page = gr.Blocks()
    page.upload_file_set.update([str(uploaded), str(upload_folder / "gone" / "frame")])
    clear_uploads(page, keep_s=60)
    assert page.upload_file_set == {str(uploaded)}
    clear_uploads(page, keep_s=-1)
    assert page.upload_file_set == set()
    assert list(upload_folder.iterdir()) == []


def test_clearing_goes_on_while_uploads_come_in(upload_folder: Path) -> None:
    page = gr.Blocks()

    def upload() -> None:
        for number in range(5_000):
            page.upload_file_set.add(f"{upload_folder}/{number}/frame")

    thread = threading.Thread(target=upload)
    thread.start()
    while thread.is_alive():
        clear_uploads(page, keep_s=60)
    clear_uploads(page, keep_s=60)
    assert page.upload_file_set == set()
