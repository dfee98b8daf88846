"""Uploaded files: read once, then gone from the disk."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from entdemo.errors import PageError
from entdemo.image.decode import stated_megapixels
from entdemo.image.frame import Frame, load_frame


def clear_uploads(page: gr.Blocks, keep_s: float) -> None:
    """Delete what was uploaded more than ``keep_s`` seconds ago, and forget what is gone.

    Gradio's own clean-up goes through a set that uploads are added to meanwhile: under load it
    ends with an error and is never run again.
    """
    for name in tuple(page.upload_file_set):
        file = Path(name)
        with contextlib.suppress(FileNotFoundError):
            if time.time() - file.lstat().st_ctime <= keep_s:
                continue
            _remove(file)
        page.upload_file_set.discard(name)
    _sweep(Path(get_upload_folder()), keep_s)


def _sweep(folder: Path, keep_s: float) -> None:
    """Delete whatever old file lies in a folder: uploads that broke off are known to nobody."""
    for file in tuple(folder.rglob("*")):
        with contextlib.suppress(OSError):
            if not file.is_dir() and time.time() - file.lstat().st_ctime > keep_s:
                _remove(file)


def read_upload(path: object, page: int | None = None, *, keep: bool = False) -> Frame:
    """Decode an uploaded file.

    A browser may send any path, so only files in Gradio's upload folder are touched.

    Args:
        path: what the upload route answered.
        page: which picture of a file that holds several, see ``load_frame``.
        keep: leave the file to Gradio's own clean-up. Programs that upload equal files share
            one path, so an early deletion would take the file from the next one.

    Raises:
        UserError: if the file is not there any more, or not a frame.
    """
    file = _checked(path)
    try:
        return load_frame(file, page)
    finally:
        if not keep:
            _remove(file)


def upload_megapixels(path: object) -> float:
    """How large an uploaded picture is by its header; 0 where there is no such picture.

    Args:
        path: what the upload route answered, or whatever a browser sent in its place.
    """
    try:
        return stated_megapixels(_checked(path))
    except PageError:
        return 0.0


def move_upload(path: object, target: Path) -> Path:
    """Move an uploaded file out of Gradio's upload folder.

    Args:
        path: what the upload route answered.
        target: where the file goes; nothing lies there yet.

    Raises:
        UserError: if the file is not there any more.
    """
    file = _checked(path)
    shutil.move(file, target)
    _remove(file)
    return target


def _checked(path: object) -> Path:
    if not isinstance(path, str) or not path:
        raise PageError("ui.upload_lost")
    try:
        file = Path(path).resolve(strict=True)
    except (OSError, ValueError) as error:
        raise PageError("ui.upload_lost") from error
    if not file.is_relative_to(Path(get_upload_folder()).resolve()):
        raise PageError("ui.upload_lost")
    return file


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
        file.parent.rmdir()
