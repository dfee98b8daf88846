"""Logs that help and hold nothing of a patient.

What is logged is of the app's own making: kinds, counts, times, verdicts. What others made, such as
the message of an error, may quote a file name or a description, so of an error only its type and
places are written.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def error_places(error: BaseException) -> str:
    """Type of an error and where it passed through, without its message."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} in {' > '.join(places)}"


class DiscreetFormatter(logging.Formatter):
    """A formatter that leaves out the messages of errors, of others' records as well."""

    def __init__(self) -> None:
        super().__init__(_FORMAT)

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - logging's own name
        """Type and places of an error."""
        return error_places(ei[1]) if ei[1] is not None else ""


def set_up_logs() -> None:
    """Write the app's records and others' warnings to stderr in one discreet format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.disable(logging.NOTSET)  # the command line lets errors through alone
    logging.getLogger("entdemo").setLevel(logging.INFO)
    _tame_server()


def _tame_server() -> None:
    """Let uvicorn, which sets up its own logs when it starts, use the same format."""
    from uvicorn.config import LOGGING_CONFIG

    for name in ("default", "access"):
        LOGGING_CONFIG["formatters"][name] = {"()": DiscreetFormatter}
