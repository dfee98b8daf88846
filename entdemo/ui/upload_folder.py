"""A private folder for what visitors hand in, which does not outlive the process for long."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

from filelock import Timeout
from gradio import routes

from entdemo.storage.files import locked

_PREFIX = "entdemo-uploads-"

_FOLDER_OF_ROUTES = "DEFAULT_TEMP_DIR"
"""What Gradio's routes read when they are imported, and make a folder in when the page is served:
``gradio`` beside the temporary files, which may be another user's."""


@contextmanager
def private_uploads() -> Iterator[Path]:
    """Let uploads and temporary files go into a new folder that is gone when the context ends.

    It lies where ``GRADIO_TEMP_DIR`` or the system's temporary folder says, and only this user may
    read it. Folders of processes that were killed are removed first: each is locked for as long
    as its process lives.
    """
    given, former = os.environ.get("GRADIO_TEMP_DIR"), tempfile.tempdir
    parent = Path(given or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    _clear_left(parent)
    folder = parent / f"{_PREFIX}{os.getpid()}-{os.urandom(8).hex()}"
    with _held(_lock_of(folder), timeout=-1):
        folder.mkdir(mode=0o700)
        for name in ("uploads", "work"):
            (folder / name).mkdir()
        os.environ["GRADIO_TEMP_DIR"] = str(folder / "uploads")
        tempfile.tempdir = str(folder / "work")
        at_import = vars(routes)[_FOLDER_OF_ROUTES]
        vars(routes)[_FOLDER_OF_ROUTES] = str(folder / "work")
        try:
            yield folder
        finally:
            vars(routes)[_FOLDER_OF_ROUTES] = at_import
            tempfile.tempdir = former
            if given is None:
                del os.environ["GRADIO_TEMP_DIR"]
            else:
                os.environ["GRADIO_TEMP_DIR"] = given
            shutil.rmtree(folder, ignore_errors=True)
            _unlink_held(_lock_of(folder))


@contextmanager
def _held(path: Path, timeout: float) -> Iterator[None]:
    lock = locked(path, timeout)
    try:
        yield
    finally:
        lock.release()


def _clear_left(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        if not _is_own_folder(folder):
            continue
        with suppress(Timeout, OSError), _held(_lock_of(folder), timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
            _unlink_held(_lock_of(folder))


def _unlink_held(lock: Path) -> None:
    """Delete a lock's file while it is held, so that nobody takes it in between.

    Windows deletes no open file; there the lock deletes its own when it is let go.
    """
    with suppress(OSError):
        lock.unlink(missing_ok=True)


def _is_own_folder(path: Path) -> bool:
    """Whether it is a folder of this user, not a link to one."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return S_ISDIR(found.st_mode) and (os.name == "nt" or found.st_uid == os.getuid())


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
