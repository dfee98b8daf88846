"""Writes that a crash cannot leave half done, and the lock that keeps writers apart."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from entdemo.errors import UserError

LOCK_SECONDS = 10.0


def sha256(data: bytes) -> str:
    """Hexadecimal sha256."""
    return hashlib.sha256(data).hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file in one step; readers see the old bytes or the new ones.

    Raises:
        UserError: if it cannot be written, for example as the disk is full; the old file stays.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = error.strerror or type(error).__name__
            raise UserError("gallery.write_failed", file=path.name, reason=reason) from error
        raise


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle for a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold a gallery's writer lock.

    Raises:
        UserError: if another process keeps it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=LOCK_SECONDS)
        lock.acquire()
    except Timeout as error:
        raise UserError("gallery.locked", path=folder) from error
    except OSError as error:
        raise UserError("gallery.read_only", path=folder) from error
    try:
        yield
    finally:
        lock.release()
