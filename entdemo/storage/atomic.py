"""Writes that happen whole or not at all, whatever ends them: files, folders, archives.

What is new is written beside its place, brought to the disk and moved there in one step, so that
readers see the old state or the new one. A failing write is told in one sentence.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from safetensors import SafetensorError

from entdemo.errors import StorageError

_TORCH_WRITER = ("inline_container", "PytorchStreamWriter", "iostream")
"""Words in what torch's zip writer raises when it cannot write."""

_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
"""What file systems say, mostly those of a network, that leave it to their server when a file
reaches the disk."""


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file in one step; its folder is made where it is missing.

    Raises:
        StorageError: it cannot be written, for example as the disk is full; the old file stays.
    """
    with new_file(path) as file:
        file.write(data)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside ``path``; it takes that name when the block ends without an error.

    Raises:
        StorageError: it cannot be written; the old file stays.
    """
    with told_writes(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = _beside(path)
        try:
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                _sync_file(file)
            _replace(unfinished, path)
        finally:
            with suppress(OSError):  # as where the folder itself is gone
                unfinished.unlink(missing_ok=True)


def replace(source: Path, target: Path) -> None:
    """Rename over another file, in one step and lastingly.

    Raises:
        StorageError: that cannot be, for example as ``target`` is a folder.
    """
    with told_writes(target):
        _replace(source, target)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Fill a folder beside ``target``; it takes that name when the block ends without an error.

    Args:
        target: a folder that is not there yet, or is empty.

    Raises:
        StorageError: ``target`` holds something, or the folder cannot be written.
    """
    with told_writes(target):
        if target.exists() and not _is_empty(target):
            raise StorageError("storage.in_use", path=target)
        with _filled(_beside(target)) as filled:
            yield filled
            sync(filled)
            if target.exists():  # empty; Windows does not replace a folder
                target.rmdir()
            _replace(filled, target)


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """As ``new_folder``, in place of what ``target`` holds.

    The old folder is moved away only when the new one is on the disk. Where a kill came between
    the two moves, the next call puts the old one back first.

    Raises:
        StorageError: the folder cannot be written; the old one stays.
    """
    new, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    with told_writes(target):
        if old.exists() and not target.exists():
            old.rename(target)
        for left_over in (new, old):
            shutil.rmtree(left_over, ignore_errors=True)
        with _filled(new) as filled:
            yield filled
            sync(filled)
            if target.exists():
                target.rename(old)
            _replace(filled, target)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def told_writes(path: Path) -> Iterator[None]:
    """A failing write inside the block is told in a sentence.

    Args:
        path: of what is written.

    Raises:
        StorageError: with the system's reason.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise StorageError("storage.write_failed", file=path.name, reason=reason) from error
    except RuntimeError as error:
        if not any(word in str(error) for word in _TORCH_WRITER):
            raise
        reason = StorageError("storage.disk_full")
        raise StorageError("storage.write_failed", file=path.name, reason=reason) from error


def sync(folder: Path) -> None:
    """Bring every file of a folder to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                _sync_file(file)


@contextmanager
def _filled(unfinished: Path) -> Iterator[Path]:
    """Make a folder that is gone when the block ends, unless it was moved."""
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _sync_file(file: BinaryIO) -> None:
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _replace(source: Path, target: Path) -> None:
    """Rename, then bring the folder to the disk where the file system can.

    After the rename the new state is there: what goes wrong with the folder is no failed write.
    """
    os.replace(source, target)
    if os.name == "nt":  # Windows has no handle for a folder
        return
    with suppress(OSError):
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
