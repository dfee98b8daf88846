"""Published weights of bases: whether the Hub can be asked for them, and what they expect."""

from __future__ import annotations

import logging
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import HTTPError

import open_clip
from huggingface_hub import constants

PATIENCE = 4.0
"""Seconds that the Hub has to answer before its cache alone is used."""


@dataclass(frozen=True)
class Expected:
    """What published weights expect of their base.

    Attributes:
        quick_gelu: whether they were trained with QuickGELU.
        mean: of red, green and blue in 0..1; None for CLIP's own, and so with ``std``.
    """

    quick_gelu: bool
    mean: tuple[float, float, float] | None
    std: tuple[float, float, float] | None


def pretrained_tags(name: str) -> list[str]:
    """Tags of published weights of a base; open_clip would take a file's path as well."""
    return list(open_clip.list_pretrained_tags_by_model(name))


def expected_of(name: str, tag: str) -> Expected:
    """What the weights of ``tag`` expect; it must be one of ``pretrained_tags(name)``."""
    config = open_clip.get_pretrained_cfg(name, tag)
    mean, std = (tuple(config[key]) if config.get(key) else None for key in ("mean", "std"))
    return Expected(bool(config.get("quick_gelu")), mean, std)


@contextmanager
def fetching() -> Iterator[None]:
    """Fetch inside the block; where the Hub does not answer, only what is cached is looked for.

    The client would try for a minute, and log each failure; whoever calls tells it instead.
    """
    offline, disabled = constants.HF_HUB_OFFLINE, logging.root.manager.disable
    constants.HF_HUB_OFFLINE = offline or not _answers(constants.ENDPOINT)
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        logging.disable(disabled)


def _answers(address: str) -> bool:
    """Whether a server answers in time, through a proxy where one is set.

    A thread asks: resolving a name takes no limit.
    """
    found = threading.Event()

    def ask() -> None:
        request = urllib.request.Request(address, method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        except HTTPError:
            found.set()  # it answered, whatever
        except (OSError, ValueError):
            done.set()
        else:
            found.set()
        done.set()

    done = threading.Event()
    threading.Thread(target=ask, daemon=True).start()
    done.wait(PATIENCE)
    return found.is_set()
