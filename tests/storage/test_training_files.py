"""Writes of a run: a full disk is told, and what was there before stays."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from entdemo.errors import UserError
from entdemo.storage.training_files import told, write_file, write_folder

_ROOM = 64 * 1024


@contextmanager
def little_room() -> Iterator[None]:
    """The system refuses to let any file grow beyond 64 KiB, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "some" / "table.json"
    write_file(file, b"old")
    with little_room(), pytest.raises(UserError, match=r"table\.json could not be written \(File"):
        write_file(file, bytes(2 * _ROOM))
    assert file.read_bytes() == b"old"
    assert [it.name for it in file.parent.iterdir()] == ["table.json"]


def torch_file(folder: Path) -> None:
    torch.save({"x": torch.zeros(_ROOM)}, folder / "state.pt")


def safe_file(folder: Path) -> None:
    save_file({"x": torch.zeros(_ROOM)}, folder / "model.safetensors")


def plain_file(folder: Path) -> None:
    (folder / "plain").write_bytes(bytes(2 * _ROOM))


@pytest.mark.parametrize("fill", [torch_file, safe_file, plain_file])
def test_a_folder_that_does_not_fit_leaves_the_old_one(tmp_path: Path, fill: object) -> None:
    folder = tmp_path / "weights"
    write_folder(folder, lambda new: (new / "a").write_text("old"))
    with little_room(), pytest.raises(UserError) as caught:
        write_folder(folder, fill)
    assert caught.value.key == "train.write_failed"
    assert "What was saved before is kept" in str(caught.value)
    assert [it.name for it in tmp_path.iterdir()] == ["weights"]
    assert (folder / "a").read_text() == "old"


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    write_folder(folder, lambda new: (new / "a").write_text("old"))
    write_folder(folder, lambda new: (new / "b").write_text("new"))
    assert [it.name for it in folder.iterdir()] == ["b"]
    assert [it.name for it in tmp_path.iterdir()] == ["weights"]


def test_a_folder_that_a_kill_left_aside_is_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    write_folder(folder, lambda new: (new / "a").write_text("old"))
    folder.rename(tmp_path / ".weights.old")

    def fails(new: Path) -> None:
        raise OSError("no room")

    with pytest.raises(UserError, match="no room"):
        write_folder(folder, fails)
    assert (folder / "a").read_text() == "old"


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes"), told(tmp_path):
        raise RuntimeError("shapes do not match")
