"""Serve a page on a free port for as long as a test needs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from entdemo.settings import ROOT
from entdemo.ui.clip_uploads import ClipUploads
from entdemo.ui.page import build_page, launch_options


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    predictor: Any, editor: Any = None, shelf: Any = None, learning: Any = None, **options: Any
) -> Iterator[str]:
    """Address of a page around ``predictor``, ending in a slash."""
    clips = ClipUploads()
    page = build_page(predictor, editor, shelf=shelf, learning=learning, clips=clips)
    settings = launch_options(predictor, shelf=shelf, clips=clips)
    settings |= {"server_port": free_port()} | options
    _, url, _ = page.launch(prevent_thread_lock=True, server_name="127.0.0.1", **settings)
    try:
        yield url
    finally:
        page.close(verbose=False)


def run_app(
    surroundings: Mapping[str, str] | None = None, **settings: str
) -> subprocess.Popen[str]:
    """The app in a process of its own, with settings as ``ENTDEMO_NAME``."""
    return subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ
        | dict(surroundings or {})
        | {f"ENTDEMO_{name}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
