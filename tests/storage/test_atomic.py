"""Writes happen whole or not at all: a full disk is told, and what was there before stays."""

from __future__ import annotations

import errno
import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from entdemo.errors import StorageError
from entdemo.storage.atomic import (
    new_file,
    new_folder,
    replaced_folder,
    told_writes,
    write_atomically,
)

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
    write_atomically(file, b"old")
    with (
        little_room(),
        pytest.raises(StorageError, match=r"table\.json could not be written: File"),
    ):
        write_atomically(file, bytes(2 * _ROOM))
    assert file.read_bytes() == b"old"
    assert [it.name for it in file.parent.iterdir()] == ["table.json"]


def torch_file(folder: Path) -> None:
    torch.save({"x": torch.zeros(_ROOM)}, folder / "state.pt")


def safe_file(folder: Path) -> None:
    save_file({"x": torch.zeros(_ROOM)}, folder / "model.safetensors")


def plain_file(folder: Path) -> None:
    (folder / "plain").write_bytes(bytes(2 * _ROOM))


@pytest.mark.parametrize("fill", [torch_file, safe_file, plain_file])
@pytest.mark.parametrize("write", [new_folder, replaced_folder])
def test_a_folder_that_does_not_fit_leaves_what_was_there(
    tmp_path: Path,
    fill: Callable[[Path], None],
    write: Callable[[Path], AbstractContextManager[Path]],
) -> None:
    folder = tmp_path / "weights"
    if write is replaced_folder:
        with replaced_folder(folder) as new:
            (new / "a").write_text("old")
    before = list(tmp_path.rglob("*"))
    with pytest.raises(StorageError) as caught, little_room(), write(folder) as new:
        fill(new)
    assert caught.value.key == "storage.write_failed"
    assert "What was saved before is kept" in str(caught.value)
    assert list(tmp_path.rglob("*")) == before


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    for name in ("a", "b"):
        with replaced_folder(folder) as new:
            (new / name).write_text(name)
    assert [it.name for it in folder.iterdir()] == ["b"]
    assert [it.name for it in tmp_path.iterdir()] == ["weights"]


def test_a_folder_that_a_kill_left_aside_is_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    (tmp_path / ".weights.old").mkdir()
    (tmp_path / ".weights.old" / "a").write_text("old")
    with pytest.raises(StorageError, match="no room"), replaced_folder(folder):
        raise OSError("no room")
    assert (folder / "a").read_text() == "old"


def test_a_new_folder_takes_no_others_place(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match="already exists"), new_folder(tmp_path):
        raise AssertionError("it must not be filled")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_file_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    with new_file(file) as opened:
        opened.write(b"whole")
        assert not file.exists()
    assert file.read_bytes() == b"whole"
    assert [it.name for it in tmp_path.iterdir()] == ["all.zip"]


def failing_sync(monkeypatch: pytest.MonkeyPatch, of: Callable[[int], bool], number: int) -> None:
    sync = os.fsync

    def of_a_network(descriptor: int) -> None:
        if of(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    monkeypatch.setattr("entdemo.storage.atomic.os.fsync", of_a_network)


@pytest.mark.skipif(os.name == "nt", reason="Windows brings no folder to the disk")
@pytest.mark.parametrize(
    "number", [errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EIO]
)
def test_once_a_file_has_its_name_nothing_tells_that_the_old_one_stayed(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_sync(monkeypatch, stat.S_ISDIR, number)
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    with new_folder(tmp_path / "folder") as folder:
        (folder / "a").write_bytes(b"new")
    assert (tmp_path / "folder" / "a").read_bytes() == b"new"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_that_syncs_no_file_is_used_all_the_same(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_sync(monkeypatch, stat.S_ISREG, number)
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_disk_that_fails_before_the_rename_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomically(tmp_path / "a", b"old")
    failing_sync(monkeypatch, stat.S_ISREG, errno.EIO)
    with pytest.raises(StorageError, match="What was saved before is kept"):
        write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes"), told_writes(tmp_path):
        raise RuntimeError("shapes do not match")
