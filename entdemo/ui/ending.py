"""The end of the process when it is asked to end: in order, and after a while in any case."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

GRACE_S = 20.0
"""So long what is being answered may take; Kubernetes, for one, kills after 30 s."""


def end_on_sigterm(folder: Path) -> threading.Event:
    """Let the process end in order when it is asked to; by itself Python drops everything.

    Threads that still compute, as while a network is loaded, are waited for no longer than
    ``GRACE_S``.

    Args:
        folder: of what visitors handed in; it is removed in any case.

    Returns:
        What is set then: while the network is loaded, libraries that look for others may take
        the exception that ends the process for a failed import.
    """
    ending = threading.Event()

    def end(*_: object) -> None:
        ending.set()
        sys.exit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
        threading.Thread(target=_end_at_last, args=(ending, folder), daemon=True).start()
    return ending


def _end_at_last(ending: threading.Event, folder: Path) -> None:
    ending.wait()
    time.sleep(GRACE_S)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
