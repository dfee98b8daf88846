"""Do visitors notice that somebody changes the gallery meanwhile?

``python -m benchmarks.edits [--minutes 2] [--visitors 20]`` serves the shipped weights and gallery
on loopback. Visitors hand in frames, describe, browse and look at the map, with pauses. In every
other quarter of the time one more adds a case and removes it, again and again.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks.visitor import PAUSE_S, Ledger, Server, Visitor, expect
from benchmarks.visitors import (
    kinds_of,
    own_nearest,
    page_events,
    served,
    table_of,
    wait_until_it_answers,
)
from entdemo.boundary import guarded
from entdemo.gallery.cases import Case, read_cases
from entdemo.settings import DEFAULT_GALLERY
from entdemo.taxonomy import REGIONS

MOST_RATIO = 1.5
"""So many times longer a frame may take at p95 while the gallery is changed."""
MOST_MS = 1000.0
"""So long browsing and the map may take at p95."""

_PARTS = 4
_BESIDE = " beside edits"
_FRAME, _BROWSE, _MAP = "frame on the page", "browse", "map"
_OWN = re.compile(r'data-case="(c-[0-9a-f]{12})"')


class _Parted(Ledger):
    """A ledger that keeps apart what happens beside edits.

    Attributes:
        beside: whether the gallery is being changed.
        edits: how often it was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.beside = False
        self.edits = 0

    def add(self, kind: str, ms: float) -> None:
        """Note an action."""
        super().add(kind + _BESIDE * self.beside, ms)


class _Looker(Visitor):
    """A visitor who looks through the gallery as well."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._actions |= {_BROWSE: (3, self._browse), _MAP: (2, self._map)}

    async def _browse(self) -> None:
        region = self._random.choice(("", *REGIONS))
        html = await self._event("browse", {"region": region, "page": 1})
        expect('data-case="' in html, "no cases")

    async def _map(self) -> None:
        expect("<svg" in await self._event("chart", {}), "no map")


class _Editor(Visitor):
    """Adds a case and removes it, until cancelled."""

    async def edit(self, ledger: _Parted) -> None:
        while True:
            case = self._cases[0]
            file = {"path": await self._upload(case), "name": "a.bmp", "class": case.class_name}
            await self._event("enrol", {"files": [file], "sure": True})
            html = await self._event("browse", {"own": True, "page": 1})
            found = set(_OWN.findall(html))
            expect(bool(found), "the case is not there")
            for case_id in found:
                await self._event("discard", {"case_id": case_id})
            ledger.edits += 1 + len(found)
            await asyncio.sleep(PAUSE_S)


async def load(server: Server, visitors: int, minutes: float) -> _Parted:
    """Let the visitors in, and the one who edits in every other part of the time."""
    await wait_until_it_answers(server.url)
    events = await page_events(server.url)
    cases = read_cases((DEFAULT_GALLERY / "cases.csv").read_bytes())
    random.Random(0).shuffle(cases)
    own = await own_nearest(server, cases[: 3 * visitors], events)
    ledger = _Parted()
    seconds = 60 * minutes
    stays = [
        _Looker(number, server, own[number::visitors], ledger, events).stay(
            time.monotonic() + seconds
        )
        for number in range(visitors)
    ]
    editing = asyncio.create_task(_edit_in_parts(server, cases[-1], ledger, events, seconds))
    await asyncio.gather(*stays, editing)
    return ledger


async def _edit_in_parts(
    server: Server, case: Case, ledger: _Parted, events: dict[str, int], seconds: float
) -> None:
    editor = _Editor(201, server, [case], ledger, events)
    for part in range(_PARTS):
        ledger.beside = part % 2 == 1
        editing = asyncio.create_task(editor.edit(ledger)) if ledger.beside else None
        await asyncio.sleep(seconds / _PARTS)
        if editing is not None:
            if editing.done():
                ledger.fault("edit", repr(editing.exception()))
            editing.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await editing


def summary(ledger: _Parted) -> dict[str, Any]:
    """The figures."""
    kinds = kinds_of(ledger)
    looks = [kinds[name + end]["p95_ms"] for name in (_BROWSE, _MAP) for end in ("", _BESIDE)]
    return {
        "edits": ledger.edits,
        "faults": dict(ledger.faults),
        "kinds": kinds,
        "frame_ratio": kinds[_FRAME + _BESIDE]["p95_ms"] / kinds[_FRAME]["p95_ms"],
        "looks_p95_ms": max(looks),
    }


def show(told: dict[str, Any]) -> None:
    """The figures for people."""
    console = Console()
    console.print(table_of(told["kinds"]))
    console.print(
        f"{told['edits']} edits; a frame's p95 beside them over that without: "
        f"{told['frame_ratio']:.2f}; browsing and map p95 at most {told['looks_p95_ms']:.0f} ms; "
        f"faults: {told['faults'] or 'none'}"
    )


def main(
    minutes: Annotated[float, typer.Option(help="how long visitors stay")] = 2,
    visitors: Annotated[int, typer.Option(min=1, max=200, help="how many at once")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Measure; exit code 1 at a fault, where a frame waits for edits, or looking takes too long."""
    with served() as server:
        ledger = asyncio.run(load(server, visitors, minutes))
    told = summary(ledger)
    print(json.dumps(told)) if as_json else show(told)
    if told["faults"] or told["frame_ratio"] > MOST_RATIO or told["looks_p95_ms"] > MOST_MS:
        raise typer.Exit(1)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
