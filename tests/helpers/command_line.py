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


def entdemo(*arguments: str) -> Ended:
    """``entdemo ARGUMENTS`` from its entry point to its exit."""
    out, err = io.StringIO(), io.StringIO()
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
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())
