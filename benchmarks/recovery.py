"""Does a gallery or a pulled bundle survive ``kill -9`` at any moment?

``python -m benchmarks.recovery --kills 200`` builds, rebuilds, adds to, removes from and embeds
again small galleries, and pulls weights from a local Hub, each in a process that is killed at a
random moment. After each kill a new process opens what is there: it must be the old or the new
state, whole, and the same command, given once more, must reach the new one. Exit code 1 otherwise.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event
from typing import Annotated

import pytest
import typer
from huggingface_hub import constants
from rich.table import Table

from benchmarks.child import Ended, in_child, killed_within, seconds_of
from benchmarks.fixtures.bundle import edit_info, make_bundle, restate_hashes
from benchmarks.fixtures.gallery_samples import EMBEDDER, OTHER_EMBEDDER, new_cases
from benchmarks.fixtures.hub_client_settings import use_hub
from benchmarks.fixtures.hub_server import Hub
from entdemo.boundary import guarded
from entdemo.bundle.hub import pull, resolve_weights
from entdemo.bundle.weights import BASE, file_errors, read_info
from entdemo.cli.output import Json, out, print_json, rows
from entdemo.gallery.build import add_cases, build_gallery, embed_again, remove_cases
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery

REPO = "clinic/bundle"
NOTHING = "nothing"
_BASE_BYTES = 1_500_000
"""Size of a pulled bundle's largest file: enough for kills to fall into its download and copy."""
_STATES = ("old", "new", "mix", "none")
_LATEST = 1.2
"""Kills come up to this many times the usual duration, so that slow runs meet them to the end."""


@dataclass(frozen=True)
class Action:
    """What is killed.

    Attributes:
        prepare: makes the old state in a new folder.
        run: leads to the new state, from the old one or from what a kill left.
        seen: a digest of what the next start opens; raises unless that is whole.
    """

    name: str
    prepare: Callable[[Path], object]
    run: Callable[[Path], object]
    seen: Callable[[Path], str]


@dataclass
class Tally:
    """How often which state was found after a kill of one action."""

    action: str
    seconds: float
    kills: int = 0
    ended_before: int = 0
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_STATES, 0))
    troubles: list[str] = field(default_factory=list)


def gallery_actions() -> list[Action]:
    """Each way in which a gallery changes, on one of 12 drawn cases."""

    def first_build(folder: Path) -> Gallery:
        return build_gallery(folder / "gallery", new_cases(12), EMBEDDER)

    def rebuild(folder: Path) -> Gallery:
        return build_gallery(folder / "gallery", new_cases(10, 50), EMBEDDER)

    def add(folder: Path) -> Gallery:
        return add_cases(folder / "gallery", new_cases(6, 50), EMBEDDER)

    def remove(folder: Path) -> Gallery:
        captions = {item.caption_en for item in new_cases(5)}
        cases = Gallery.open(folder / "gallery").cases
        gone = [case.case_id for case in cases if case.caption_en in captions]
        return remove_cases(folder / "gallery", gone)

    def again(folder: Path) -> Gallery:
        return embed_again(folder / "gallery", OTHER_EMBEDDER)

    changes = {"rebuild": rebuild, "add": add, "remove": remove, "embed again": again}
    return [
        Action("build", Path.mkdir, first_build, gallery_seen),
        *(Action(name, first_build, change, gallery_seen) for name, change in changes.items()),
    ]


def gallery_seen(folder: Path) -> str:
    """Digest of the gallery as a reader sees it, or ``nothing`` if none was there before.

    Raises:
        RuntimeError: its files, cases and vectors do not fit each other.
    """
    path = folder / "gallery"
    if not (path / "gallery.json").exists():
        return NOTHING
    gallery = Gallery.open(path)
    problems = [problem for problem in verify_gallery(path) if problem.key != "gallery.stray_file"]
    found = [hits[0].case for hits in gallery.search(gallery.vectors, 1)]
    if problems or gallery.notes or found != list(gallery.cases):
        raise RuntimeError(f"{problems} {gallery.notes}")
    return hashlib.sha256(repr(gallery.cases).encode() + gallery.vectors.tobytes()).hexdigest()


def pull_action(old: str, new: str) -> Action:
    """Pull commit ``new`` into a folder, while the client's cache holds commit ``old``."""

    def prepare(folder: Path) -> Path:
        constants.HF_HUB_CACHE = str(folder / "cache")
        return resolve_weights(f"{REPO}@{old}")

    def run(folder: Path) -> None:
        constants.HF_HUB_CACHE = str(folder / "cache")
        pull(f"{REPO}@{new}", folder / "weights")

    return Action("pull", lambda folder: _in_a_child(prepare, folder), run, partial(_pulled, old))


def _in_a_child(prepare: Callable[[Path], object], folder: Path) -> None:
    """The client keeps connections, which the parent must not hand on to later children."""
    ended = in_child(lambda: str(prepare(folder)))
    if ended.trouble:
        raise RuntimeError(ended.trouble)


def _pulled(old: str, folder: Path) -> str:
    constants.HF_HUB_CACHE, constants.HF_HUB_OFFLINE = str(folder / "cache"), True
    resolve_weights(f"{REPO}@{old}")  # checks every hash
    target = folder / "weights"
    if not target.exists():
        return NOTHING
    info = read_info(target)
    for error in file_errors(target, info):
        raise error
    return repr(info)


@contextmanager
def local_hub(folder: Path) -> Iterator[tuple[str, str]]:
    """A Hub in a process of its own, known to the client; yields its two commits of a bundle."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(
        target=_serve, args=(folder, there), daemon=True
    )
    server.start()
    endpoint, *commits = here.recv()
    with pytest.MonkeyPatch.context() as patch:
        use_hub(patch, endpoint, folder)
        yield commits[0], commits[1]
    server.kill()
    server.join()


def _serve(folder: Path, pipe: Connection) -> None:
    """Offer two commits of a bundle until killed; each connection that a kill cuts goes untold."""
    bundle, hub = make_bundle(folder / "bundle"), Hub()
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        pipe.send((hub.endpoint, *(_commit(hub, bundle, number) for number in range(2))))
        Event().wait()


def _commit(hub: Hub, bundle: Path, number: int) -> str:
    (bundle / BASE).write_bytes(random.Random(number).randbytes(_BASE_BYTES))
    restate_hashes(bundle)
    edit_info(bundle, name=f"weights-{number}")
    return hub.add_repo(REPO, {path.name: path.read_bytes() for path in bundle.iterdir()})


def torture(action: Action, kills: int, folder: Path, rng: random.Random) -> Tally:
    """Kill ``action`` until it died ``kills`` times before its end; look what is left each time.

    Raises:
        RuntimeError: it does not even work when nobody kills it.
    """
    template = folder / "old"
    action.prepare(template)
    states = _states(action, template, folder / "new")
    tally = Tally(action.name, _usual_seconds(action, template, folder))
    victim = folder / "victim"
    while tally.kills < kills:
        _copy(template, victim)
        if not killed_within(partial(action.run, victim), _LATEST * tally.seconds, rng):
            tally.ended_before += 1
            continue
        tally.kills += 1
        _look(action, victim, states, tally)
    return tally


def _states(action: Action, template: Path, reference: Path) -> dict[str, str]:
    """What is seen before and after an undisturbed run -> ``old`` and ``new``."""
    _copy(template, reference)
    old, new = in_child(partial(action.seen, template)), _run_and_see(action, reference)
    if old.trouble or new.trouble or old == new:
        raise RuntimeError(f"{action.name}: {old.trouble or new.trouble or 'changes nothing'}")
    return {old.value: "old", new.value: "new"}


def _run_and_see(action: Action, folder: Path) -> Ended:
    def both() -> str:
        action.run(folder)
        return action.seen(folder)

    return in_child(both)


def _usual_seconds(action: Action, template: Path, folder: Path) -> float:
    copies = [folder / f"timed-{number}" for number in range(3)]
    for copy in copies:
        _copy(template, copy)
    return statistics.median(seconds_of(partial(action.run, copy)) for copy in copies)


def _copy(template: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(template, target, symlinks=True)


def _look(action: Action, victim: Path, states: dict[str, str], tally: Tally) -> None:
    """Count what the next start sees, and check that the command succeeds when given again."""
    seen = in_child(partial(action.seen, victim))
    found = states.get(seen.value, "mix") if not seen.trouble else "none"
    tally.found[found] += 1
    again = _run_and_see(action, victim)
    if found in ("mix", "none"):
        tally.troubles.append(f"after the kill: {seen.trouble or 'a mix'}")
    if states.get(again.value) != "new":
        tally.troubles.append(f"given again: {again.trouble or 'another state'}")


def run_all(kills: int, seed: int) -> list[Tally]:
    """Spread ``kills`` evenly over all actions."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name, local_hub(Path(name)) as commits:
        actions = [*gallery_actions(), pull_action(*commits)]
        shares = [kills // len(actions) + (n < kills % len(actions)) for n in range(len(actions))]
        tallies = []
        for action, share in zip(actions, shares, strict=True):
            (folder := Path(name) / action.name).mkdir()
            tallies.append(torture(action, share, folder, rng))
        return tallies


def main(
    kills: Annotated[int, typer.Option(min=1, help="How many kills, over all actions.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 1,
    json: Json = False,
) -> None:
    """Kill each action at random moments; exit code 1 if any state was lost or mixed."""
    tallies = run_all(kills, seed)
    troubles = [f"{tally.action}: {line}" for tally in tallies for line in tally.troubles]
    if json:
        print_json(
            {"kills": kills, "troubles": len(troubles), "actions": list(map(asdict, tallies))}
        )
    else:
        out.print(_table(tallies))
        out.print(
            "\n".join(troubles) or f"{kills} kills: each time the old state or the new, whole."
        )
    raise typer.Exit(1 if troubles else 0)


def _table(tallies: list[Tally]) -> Table:
    columns = ["action", "takes", "kills", "old state", "new state", "neither"]
    lines = []
    for tally in tallies:
        old, new = tally.found["old"], tally.found["new"]
        takes = f"{tally.seconds * 1000:.0f} ms"
        counts = map(str, (tally.kills, old, new, tally.kills - old - new))
        lines.append([tally.action, takes, *counts])
    return rows("What the next start opened after kill -9", columns, lines)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
