"""Small tasks that are done again and again beside the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from entdemo.ui.logs import error_places

log = logging.getLogger("entdemo.ui")


def every(seconds: float, task: Callable[[], object], name: str) -> None:
    """Do ``task`` after each pause of so many seconds, for as long as the process lives.

    A time that ends with an error is logged; the next one comes all the same.
    """

    def repeat() -> None:
        pause = threading.Event()
        while not pause.wait(seconds):
            try:
                task()
            except Exception as error:
                log.error("%s: %s", name, error_places(error))

    threading.Thread(target=repeat, name=name, daemon=True).start()
