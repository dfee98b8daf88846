"""Folders that appear under their name whole, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entdemo.errors import StorageError


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Fill a folder beside ``target``; it takes that name when the block ends without an error.

    Args:
        target: a folder that is not there yet, or is empty.

    Raises:
        UserError: ``target`` holds something, or the disk does not take the files.
    """
    if target.exists() and not _is_empty(target):
        raise StorageError("hub.target_in_use", name=target)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        partial.mkdir(parents=True)
        yield partial
        for file in partial.rglob("*"):
            if file.is_file():
                _sync(file)
        if target.exists():  # empty; Windows does not replace a folder
            target.rmdir()
        os.replace(partial, target)
    except OSError as error:
        raise StorageError("hub.storage", repo=target, reason=error.strerror or error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
