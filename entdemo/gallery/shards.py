"""Make one gallery with several processes or nodes that ``torchrun`` has started.

Each process takes in its share of the pictures and notes finished batches in the journal. Then the
first one makes the gallery as a single process would: it finds nearly everything in the journal,
folds duplicates across shares and computes the little that is left. The folder must be one that all
nodes see.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from entdemo.errors import UserError
from entdemo.gallery.build import refuse_other_content
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.ingest import Ingest
from entdemo.gallery.intake import NewCase
from entdemo.gallery.journal import Journal
from entdemo.gallery.manifest import FRAMES
from entdemo.gallery.store import BATCH_SIZE, Gallery, Progress

_PATIENCE = timedelta(days=30)
"""How long processes wait for the slowest share; a gallery of millions takes days."""


class Change(Protocol):
    """``build_gallery`` or ``add_cases``."""

    def __call__(
        self,
        path: Path,
        items: Sequence[NewCase],
        embedder: Embedder,
        *,
        progress: Progress | None = None,
        skip_bad: bool = False,
    ) -> Gallery: ...


def together(
    change: Change,
    folder: Path,
    items: Sequence[NewCase],
    embedder: Embedder,
    *,
    progress: Progress | None = None,
    skip_bad: bool = False,
) -> Gallery | None:
    """Make a change with all processes there are; the same arguments as the change itself.

    Returns:
        The gallery in the first process, None in the others.

    Raises:
        UserError: as the change does.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return change(folder, items, embedder, progress=progress, skip_bad=skip_bad)
    from torch import distributed

    distributed.init_process_group("gloo", timeout=_PATIENCE)
    refuse_other_content(folder)
    share = share_of(items, distributed.get_rank(), distributed.get_world_size())
    take_share(folder, share, embedder)
    distributed.barrier()
    if distributed.get_rank():
        return None
    return change(folder, items, embedder, progress=progress, skip_bad=skip_bad)


def share_of(
    items: Sequence[NewCase], process: int, processes: int, size: int = BATCH_SIZE
) -> list[NewCase]:
    """A process's items: whole batches, dealt out in turn."""
    return [item for row, item in enumerate(items) if row // size % processes == process]


def take_share(
    folder: Path,
    items: Sequence[NewCase],
    embedder: Embedder,
    *,
    batch_size: int = BATCH_SIZE,
) -> None:
    """Store frames and note vectors in the journal; the gallery does not change.

    A picture that cannot be used is left out here: the process that makes the gallery meets it too
    and tells it. No lock is needed: what another writer sweeps away is only computed again.
    """
    (folder / FRAMES).mkdir(parents=True, exist_ok=True)
    journal = Journal(folder, embedder)
    with suppress(UserError):
        Ingest(folder, [], embedder, journal, batch_size, skip_bad=True).run(items)
