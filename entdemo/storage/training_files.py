"""Writes of a training run: whole or not at all, whatever ends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from entdemo.errors import StorageError, UserError
from entdemo.storage.files import write_atomically

_TORCH_WRITER = ("inline_container", "PytorchStreamWriter", "iostream")
"""Words in what torch's zip writer raises when it cannot write."""


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step.

    Raises:
        UserError: it cannot be written; the old file stays.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_atomically(path, data)
        except UserError as error:
            raise OSError(error.values["reason"]) from error


def write_folder(target: Path, fill: Callable[[Path], object]) -> None:
    """Replace a folder by one that ``fill`` writes elsewhere first.

    The old folder is moved away only when the new one is on the disk.

    Raises:
        UserError: it cannot be written; the old folder stays.
    """
    new, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    with told(target):
        if old.exists() and not target.exists():  # a run was ended between the two moves below
            old.rename(target)
        for left_over in (new, old):
            shutil.rmtree(left_over, ignore_errors=True)
        new.mkdir(parents=True)
        try:
            fill(new)
            sync(new)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        if target.exists():
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """A failing write inside the block is told in a sentence.

    Raises:
        UserError: with the system's reason.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StorageError("train.write_failed", file=path.name, reason=reason) from error
    except RuntimeError as error:
        if not any(word in str(error) for word in _TORCH_WRITER):
            raise
        reason = StorageError("train.disk_full")
        raise StorageError("train.write_failed", file=path.name, reason=reason) from error


def sync(folder: Path) -> None:
    """Bring every file of a folder to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
