"""The lock that keeps writers apart, also where the system has none."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from entdemo.errors import GalleryLockedError, StorageError
from entdemo.storage import files
from entdemo.storage.files import MappedFile, read_regular, writing

fcntl = pytest.importorskip("fcntl", reason="Windows locks files in another way")


@pytest.mark.filterwarnings("ignore:flock not supported")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS])
def test_without_locks_of_the_system_writers_are_kept_apart_by_a_file(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.2)
    with writing(tmp_path), pytest.raises(GalleryLockedError), writing(tmp_path):
        raise AssertionError("both hold it")
    with writing(tmp_path):
        pass


def test_other_troubles_with_a_lock_are_no_missing_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(filelock.FileLock, "acquire", refused)
    with pytest.raises(StorageError, match="cannot be written"), writing(tmp_path):
        raise AssertionError("it must not be entered")


def test_a_file_above_its_limit_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"1234")
    assert read_regular(file, 4) == b"1234"
    with pytest.raises(OSError, match="too large"):
        read_regular(file, 3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    readers: tuple[Callable[[Path], object], ...] = (read_regular, MappedFile.of)
    for read in readers:
        with pytest.raises(OSError, match="not a regular file"):
            read(tmp_path / "a")
