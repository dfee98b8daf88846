"""Long work in a thread, followed by whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

from entdemo.gallery.store import Progress

Result = TypeVar("Result")
_Step = tuple[int, int | None]


def followed(
    job: Callable[[Progress], Result], shown: Callable[[int, int | None], str]
) -> Generator[str, None, Result]:
    """Run a job, and yield HTML that says how far it is.

    Args:
        job: gets what it tells its progress to.
        shown: HTML of how many are done, of how many.

    Returns:
        What the job gives.

    Raises:
        Exception: what the job raises.
    """
    steps: SimpleQueue[_Step | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as worker:
        running = worker.submit(job, lambda count, of: steps.put((count, of)))
        running.add_done_callback(lambda _: steps.put(None))
        while (step := _latest(steps)) is not None:
            yield shown(*step)
        return running.result()


def _latest(steps: SimpleQueue[_Step | None]) -> _Step | None:
    """The newest step, waited for if there is none yet; None is the last."""
    step = steps.get()
    while step is not None:
        try:
            step = steps.get_nowait()
        except Empty:
            break
    return step
