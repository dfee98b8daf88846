"""Where errors end: whatever a command or the app raises becomes one line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_log_path

from entdemo.errors import MissingPartError, SettingError, StorageError, UserError

USER_MISTAKE = 2
BUG = 70
"""``EX_SOFTWARE`` of sysexits.h."""

_NO_HOME = "Could not determine home directory"
_OUT_OF_MEMORY = "OutOfMemoryError"
"""Torch's; named, because importing torch takes a second."""


def guarded(action: Callable[[], object], prefix: str = "") -> int:
    """Run ``action``; tell on stderr in one line what stopped it.

    Args:
        action: raises whatever it likes.
        prefix: of the line.

    Returns:
        0, ``USER_MISTAKE`` for what the user or the surroundings can mend, ``BUG`` for anything
        else, whose traceback is then in the file that the line names.
    """
    _escape_what_cannot_be_written()
    try:
        action()
    except Exception as error:
        told = foreseen(error)
        if told is None:
            told = UserError("boundary.bug", kind=type(error).__name__, file=_logged(error))
            code = BUG
        else:
            code = USER_MISTAKE
        print(f"{prefix}{_one_line(told)}", file=sys.stderr)
        return code
    return 0


def foreseen(error: BaseException) -> UserError | None:
    """The sentence of an error that needs no mending of the program; None for a bug."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, MemoryError) or type(error).__name__ == _OUT_OF_MEMORY:
        return SettingError("boundary.memory")
    if isinstance(error, UnicodeEncodeError):
        return SettingError("boundary.no_text", text=ascii(error.object[error.start : error.end]))
    if isinstance(error, ModuleNotFoundError) and not _is_own(error.name):
        return MissingPartError("boundary.package", name=error.name)
    if isinstance(error, RuntimeError) and _NO_HOME in str(error):
        return SettingError("boundary.no_home")
    return None


def _is_own(module: str | None) -> bool:
    return module is None or module.split(".")[0] == "entdemo"


def _of_system(error: OSError) -> UserError:
    reason = error.strerror or str(error) or type(error).__name__
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("boundary.disk_full", path=_place(error))
    if error.filename is None:
        return SettingError("boundary.system", reason=reason)
    return StorageError("boundary.path", path=_place(error), reason=reason)


def _place(error: OSError) -> str:
    named = error.filename if error.filename2 is None else error.filename2
    return "?" if named is None else os.fsdecode(named) if isinstance(named, bytes) else str(named)


def _one_line(told: UserError) -> str:
    """Without control characters, which a file's name may hold."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(told))


def _escape_what_cannot_be_written() -> None:
    """Print what the terminal's encoding lacks as escapes in place of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _logged(error: Exception) -> Path | str:
    """A new file with the traceback, in the user's folder for logs or that for temporary files."""
    text = "".join(traceback.format_exception(error))
    name = f"entdemo-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.log"
    for folder in (user_log_path("entdemo", appauthor=False), tempfile.gettempdir()):
        file = Path(folder) / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", "backslashreplace")
        except OSError:
            continue
        return file
    return "-"
