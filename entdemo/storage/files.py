"""Reading of files that others may replace meanwhile, and the lock that keeps writers apart."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from entdemo.errors import GalleryLockedError, StorageError

LOCK_SECONDS = 10.0

MAPPED_FROM = 256 << 20
"""Bytes from which on a file is mapped and not read."""
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)


def sha256(data: bytes | mmap) -> str:
    """Hexadecimal sha256."""
    return hashlib.sha256(data).hexdigest()


def read_regular(path: Path, most: int | None = None) -> bytes:
    """Content of a file; a pipe or a device, which may never end, is not opened for it.

    Args:
        path: of the file.
        most: bytes that it may have; None for any number.

    Raises:
        OSError: if it is not there, no regular file, larger than ``most`` or cannot be read.
    """
    _require_regular(path, most)
    return path.read_bytes()


def _require_regular(path: Path, most: int | None) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    if most is not None and status.st_size > most:
        raise OSError(errno.EFBIG, "too large", str(path))


@dataclass(frozen=True)
class MappedFile:
    """A file's content; of a large file without a copy of it in memory.

    The file may be replaced meanwhile, as ``replace`` does. One that is mapped must not be written
    to where it lies: if it is cut, the system ends the process that reads on.

    Attributes:
        path: where it was found.
        data: its content.
        place: number of its volume and on it; nothing else has it while ``data`` is kept.
    """

    path: Path
    data: bytes | mmap
    place: tuple[int, int]

    @classmethod
    def of(cls, path: Path, most: int | None = None) -> MappedFile:
        """Map a file; arguments and errors as those of ``read_regular``."""
        _require_regular(path, most)
        with path.open("rb") as handle:
            status = os.fstat(handle.fileno())
            if status.st_size < MAPPED_FROM:
                data: bytes | mmap = handle.read()
            else:
                data = mmap(handle.fileno(), 0, access=ACCESS_READ)
        return cls(path, data, (status.st_dev, status.st_ino))

    def is_there(self) -> bool:
        """Whether its path still leads to it."""
        try:
            status = self.path.stat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self.place


def locked(path: Path, timeout: float) -> BaseFileLock:
    """Take a lock; whoever takes it releases it.

    Where the file system, mostly one of a network, has no locks of the system, a file that is
    there while the lock is held stands in for them.

    Args:
        path: of the lock's own file.
        timeout: how long to wait in seconds, -1 for ever.

    Raises:
        Timeout: another process has kept it for that long.
        OSError: the file cannot be written.
    """
    lock: BaseFileLock = FileLock(path, timeout=timeout)
    try:
        lock.acquire()
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        lock = SoftFileLock(path.with_name(f"{path.name}.held"), timeout=timeout)
        lock.acquire()
    return lock


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold a gallery's writer lock.

    Raises:
        UserError: if another process keeps it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = locked(folder / ".lock", LOCK_SECONDS)
    except Timeout as error:
        raise GalleryLockedError("gallery.locked", path=folder) from error
    except OSError as error:
        raise StorageError("storage.read_only", path=folder) from error
    try:
        yield
    finally:
        lock.release()
