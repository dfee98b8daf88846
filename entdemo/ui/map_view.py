"""The map of the gallery: the data that the page draws, and the legend."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from entdemo.gallery.projection import Projection, gallery_map, shown_rows
from entdemo.settings import DEFAULT_GALLERY
from entdemo.taxonomy import CLASSES, LABELS, STATED_NAMES, findings_of, region_of
from entdemo.ui.cases import class_title, origin_names
from entdemo.ui.i18n import attribute_of, both

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

SHAPES: dict[str, str] = {
    "nose-right": "M-5-6 6 0-5 6Z",
    "nose-left": "M5-6-6 0 5 6Z",
    "ear-right": "M-5-5H1L6 0 1 5H-5Z",
    "ear-left": "M5-5H-1L-6 0-1 5H5Z",
    "vc-open": "M0-6A6 6 0 0 1 0 6 6 6 0 0 1 0-6ZM0-2.4A2.4 2.4 0 0 0 0 2.4 2.4 2.4 0 0 0 0-2.4Z",
    "vc-closed": "M0-5.4A5.4 5.4 0 0 1 0 5.4 5.4 5.4 0 0 1 0-5.4Z",
    "throat": "M0-7 7 0 0 7-7 0Z",
    "nose": "M-6-5H6L0 6Z",
    "ear": "M-5-5H5V5H-5Z",
    "vocal-cords": "M-5.4 0A5.4 5.4 0 0 1 5.4 0Z",
    "left": "M5-5-5 0 5 5 2 0Z",
    "right": "M-5-5 5 0-5 5-2 0Z",
}
"""A shape a class, as SVG paths about 12 wide: right points to the right and left to the left, the
open vocal cords are a ring and the closed ones a disc. Of what is stated in place of a class, a
region points nowhere, the vocal cords are half a disc, and a side is an arrow."""


PAUSE_S = 60.0
"""Maps are made at least so far apart, however often the gallery changes: each takes seconds of all
cores."""


class Maps:
    """The map of whichever gallery is served, made once and in the background.

    Safe to use from several threads.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = clock()
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1)
        self._last: tuple[Gallery, Projection] | None = None
        self._coming: tuple[Gallery, Future[Projection]] | None = None

    def begin(self, gallery: Gallery) -> tuple[Gallery, Future[Projection]]:
        """Make the gallery's map in the background, unless it is made or being made.

        Returns:
            The map that was begun last, and of which gallery: of the one before a change, as long
            as it is too early for another one.
        """
        with self._lock:
            known = self._coming is not None and self._coming[0] is gallery
            if self._coming is None or (not known and self._clock() >= self._due):
                self._coming = gallery, self._maker.submit(self._make, gallery)
                self._due = self._clock() + PAUSE_S
            return self._coming

    def of(self, gallery: Gallery) -> Projection:
        """The gallery's map.

        Only who asks for the first one waits for it. After a change of the gallery the one before
        serves, with new cases beside those most like them, until the new one is made.
        """
        (whose, coming), last = self.begin(gallery), self._last
        if whose is gallery and (last is None or coming.done()):
            return coming.result()
        return carried_over(*(last or (whose, coming.result())), gallery)

    def _make(self, gallery: Gallery) -> Projection:
        is_shipped = gallery.folder == DEFAULT_GALLERY  # never written to
        made = gallery_map(gallery, keep=not is_shipped)
        self._last = gallery, made
        return made


def carried_over(before: Gallery, made: Projection, gallery: Gallery) -> Projection:
    """The map of a gallery from that before a change of it.

    Args:
        before: the gallery as it was.
        made: its map.
        gallery: as it is now.
    """
    rows = shown_rows(len(gallery.cases))
    ids = (before.cases[row].case_id for row in made.rows)
    places = dict(zip(ids, made.points, strict=True))
    known = np.array([gallery.cases[row].case_id in places for row in rows], dtype=bool)
    points = np.full((len(rows), 2), 0.5, np.float32)
    for number in np.flatnonzero(known):
        points[number] = places[gallery.cases[rows[number]].case_id]
    if known.any() and not known.all():
        alike = gallery.vectors[rows[~known]] @ gallery.vectors[rows[known]].T
        points[~known] = points[known][alike.argmax(axis=1)]
    return Projection(rows, points)


def map_view(gallery: Gallery, made: Projection) -> str:
    """The map's frame, its legend, and the points for the page to draw."""
    part = ""
    if len(made.rows) < len(gallery.cases):
        part = " " + both("map.part", shown=len(made.rows), all=len(gallery.cases))
    return (
        f'<section class="map"><p class="hint">{both("map.about")}{part}</p>'
        f'<div class="map-stage" tabindex="0" role="application" aria-describedby="map-keys" '
        f"{attribute_of('aria-label', 'map.label')} data-points='{points(gallery, made)}'>"
        '<svg viewBox="0 0 1000 1000" aria-hidden="true"></svg>'
        '<div class="map-note" aria-live="polite"></div></div>'
        f'<div class="map-tools">{_tool("in", "+")}{_tool("out", "−")}'
        f'<button type="button" class="quiet" data-zoom="whole">{both("map.whole")}</button></div>'
        f"{_legend(gallery, made)}"
        f'<p class="hint small" id="map-keys">{both("map.keys")}</p></section>'
    )


def points(gallery: Gallery, made: Projection) -> str:
    """JSON for an attribute in single quotes: findings and origins by name, and for each point its
    case, its class, its finding, its place in thousandths and its origin."""
    cases = [gallery.cases[row] for row in made.rows]
    names = sorted({(case.region, case.finding) for case in cases})
    number = {name: place for place, name in enumerate(names)}
    origins = [origin_names(case) for case in cases]
    by_name = {it["en"]: it for it in origins}
    place_of = {name: place for place, name in enumerate(by_name)}
    found = [
        [
            case.case_id,
            LABELS.index(case.class_name),
            number[case.region, case.finding],
            *(round(float(value) * 1000) for value in point),
            place_of[shown["en"]],
        ]
        for case, point, shown in zip(cases, made.points, origins, strict=True)
    ]
    classes = [
        {"name": name, "shape": SHAPES[name], **STATED_NAMES[name], "region": region_of(name)}
        for name in LABELS
    ]
    findings = [_finding(*name) for name in names]
    known = list(by_name.values())
    data = {"classes": classes, "findings": findings, "origins": known, "points": found}
    return escape(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _finding(region: str, key: str) -> dict[str, str]:
    for finding in findings_of(region):
        if finding.key == key:
            return {"en": finding.en, "vi": finding.vi}
    return {"en": key, "vi": key}


def _tool(name: str, sign: str) -> str:
    label = attribute_of("aria-label", f"map.{name}")
    return f'<button type="button" class="quiet" data-zoom="{name}" {label}>{sign}</button>'


def _legend(gallery: Gallery, made: Projection) -> str:
    counts = Counter(gallery.cases[row].class_name for row in made.rows)
    items = "".join(
        f'<li><button type="button" class="chip" data-legend="{number}" aria-pressed="false">'
        f'<svg viewBox="-8 -8 16 16" aria-hidden="true"><path class="mark-{name}" '
        f'd="{SHAPES[name]}"/></svg>{class_title(name)} <span class="hint">{counts[name]}</span>'
        "</button></li>"
        for number, name in enumerate(LABELS)
        if name in CLASSES or counts[name]
    )
    return (
        f'<h2 class="subhead" id="map-legend">{both("map.legend")}</h2>'
        f'<ul class="chips" aria-labelledby="map-legend">{items}</ul>'
    )
