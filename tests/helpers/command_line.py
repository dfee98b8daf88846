"""The command line in the test's own process, where everything is imported already."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

import pytest

from entdemo.cli import main as cli


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def entdemo(*arguments: str, encoding: str = "utf-8") -> Ended:
    """``entdemo ARGUMENTS`` from its entry point to its exit, in a terminal of that encoding."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    try:
        with (
            patch.object(sys, "argv", ["entdemo", *arguments]),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            cli.main()
    finally:
        logging.disable(logging.NOTSET)
    return Ended(int(ended.value.code or 0), _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    data: bytes = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return data.decode(stream.encoding, "backslashreplace")
