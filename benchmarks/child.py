"""Calls in a process of their own, so that a crash costs that process alone and is noticed."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Ended:
    """How a child ended: what it returned, or how it died."""

    value: str = ""
    trouble: str = ""


def in_child(call: Callable[[], str]) -> Ended:
    """What ``call`` returns in a copy of this process, or how that copy died.

    An exception is told by type and text, a crash by its signal.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        _use_one_thread()
        os.close(read_end)
        _write_and_exit(write_end, _tried(call))
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Ended(trouble=f"died of signal {os.WTERMSIG(status)}")
    return Ended(**json.loads(said))


def _tried(call: Callable[[], str]) -> dict[str, str]:
    try:
        return {"value": call()}
    except BaseException as error:  # whatever it is, the parent reports it
        return {"trouble": f"{type(error).__name__}: {error}"}


def _write_and_exit(pipe: int, said: dict[str, str]) -> None:
    data = json.dumps(said).encode()
    while data:
        data = data[os.write(pipe, data) :]
    os._exit(0)


def _use_one_thread() -> None:
    """The parent's pool of threads is not there after a fork; to wait for it would be for ever."""
    torch.set_num_threads(1)


def seconds_of(run: Callable[[], object]) -> float:
    """How long ``run`` takes in a child, in seconds."""
    start = time.perf_counter()
    os.waitpid(started(run), 0)
    return time.perf_counter() - start


def killed_within(run: Callable[[], object], seconds: float, rng: random.Random) -> bool:
    """Run in a child and kill it (SIGKILL) at a random moment of the given time.

    Returns:
        False if it had ended before.
    """
    child = started(run)
    time.sleep(rng.uniform(0, seconds))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def started(run: Callable[[], object]) -> int:
    """Run in a child; its process id."""
    child = os.fork()
    if child == 0:
        _use_one_thread()
        try:
            run()
        finally:
            os._exit(0)
    return child
