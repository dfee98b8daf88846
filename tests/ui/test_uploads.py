from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.errors import UserError
from entdemo.ui.uploads import read_upload
from tests.ui.fakes import draw_frame


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
