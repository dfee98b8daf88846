"""Small tasks that are done again and again beside the server."""

from __future__ import annotations

import threading
from collections.abc import Callable


def every(seconds: float, task: Callable[[], object], name: str) -> None:
    """Do ``task`` after each pause of so many seconds, for as long as the process lives."""

    def repeat() -> None:
        pause = threading.Event()
        while not pause.wait(seconds):
            task()

    threading.Thread(target=repeat, name=name, daemon=True).start()
