"""How often is an answer wrong that is graded ``trust``, and how often one to be checked?

``python -m benchmarks.verdicts [DIR] [--drawn 300] [--strangers 15] [--turns 1]`` answers labelled
frames as the app does, as they are or turned by quarters, and prints each grade by source. Where a
side or state is stated of a frame whose class is known, that counts; elsewhere the stated region.
The limits of ``inference.verdict`` were chosen by this table.
"""

from __future__ import annotations

import json as jsonlib
import logging
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, NamedTuple, get_args

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.strangers import KINDS, strangers
from entdemo.boundary import guarded
from entdemo.data.dataset import read_items
from entdemo.image.frame import FrameSource, load_frame
from entdemo.inference.verdict import Grade, Judgement
from entdemo.phantom.frame import draw
from entdemo.predictor import Predictor
from entdemo.taxonomy import region_of

_SEED = 7_777_000_000
"""Not within a recipe or a test folder."""

_STRANGERS_SEED = 5
"""Other pictures than those of ``benchmarks.out_of_distribution``."""


class Labelled(NamedTuple):
    """A frame and what it shows; a stranger shows no region, and a class may be unknown."""

    source: str
    region: str | None
    class_name: str | None
    frame: FrameSource


class Row(NamedTuple):
    """Answers of one grade to the frames of one source."""

    source: str
    grade: Grade
    n: int
    wrong: int
    with_class: int
    class_wrong: int


def from_folder(folder: Path) -> Iterator[Labelled]:
    """The frames of a labelled folder."""
    for item in read_items(folder):
        yield Labelled(item.source or folder.name, item.region, item.class_name, item.file)


def drawn(n: int) -> Iterator[Labelled]:
    """``n`` drawn frames that nothing was trained on."""
    for index in range(n):
        phantom = draw(_SEED + index)
        name = phantom.facts.class_name
        yield Labelled("drawn", region_of(name), name, phantom.rgb)


def foreign(each: int) -> Iterator[Labelled]:
    """``each`` pictures of every kind that is no endoscopy."""
    for kind in KINDS:
        for picture in strangers(kind, each, _STRANGERS_SEED) if each else ():
            yield Labelled("no endoscopy", None, None, picture)


def turned(asked: Labelled, turns: int) -> Labelled:
    """The frame turned left by so many quarters."""
    rgb = load_frame(asked.frame).rgb
    return asked._replace(frame=np.ascontiguousarray(np.rot90(rgb, turns)))


def has_class(judged: Judgement, asked: Labelled) -> bool:
    """Whether a class is stated that can be compared with a known one."""
    return judged.class_name is not None and asked.class_name is not None


def is_wrong(judged: Judgement, asked: Labelled) -> bool:
    """Whether something is stated that is not so."""
    if has_class(judged, asked):
        return judged.class_name != asked.class_name
    return judged.region is not None and judged.region != asked.region


def counted(answers: list[tuple[Labelled, Judgement]]) -> list[Row]:
    """Each source with each grade, and all of both together."""
    rows = []
    sources = sorted({asked.source for asked, _ in answers})
    for source in [*sources, "all"]:
        of_source = [it for it in answers if source in (it[0].source, "all")]
        for grade in get_args(Grade):
            found = [(asked, judged) for asked, judged in of_source if judged.grade == grade]
            told = Counter[str]()
            for asked, judged in found:
                wrong = is_wrong(judged, asked)
                told["wrong"] += wrong
                told["class"] += has_class(judged, asked)
                told["class wrong"] += wrong and has_class(judged, asked)
            if found:
                counts = (told["wrong"], told["class"], told["class wrong"])
                rows.append(Row(source, grade, len(found), *counts))
    return rows


def table(rows: list[Row]) -> Table:
    """A row a source and grade."""
    shown = Table(title="Answers by grade", title_justify="left")
    for column in ("source", "grade", "answers", "wrong", "class stated and known", "wrong"):
        shown.add_column(column)
    for row in rows:
        share = f"{row.wrong} ({row.wrong / row.n:.1%})"
        shown.add_row(
            row.source, row.grade, str(row.n), share, str(row.with_class), str(row.class_wrong)
        )
    return shown


def main(
    folder: Annotated[Path | None, typer.Argument(help="Labelled frames.")] = None,
    drawn_frames: Annotated[int, typer.Option("--drawn", min=0, help="Drawn frames.")] = 0,
    each: Annotated[int, typer.Option("--strangers", min=0, help="Of each other kind.")] = 0,
    turns: Annotated[int, typer.Option(min=0, max=3, help="Quarters to turn by.")] = 0,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print a row a source and grade, with the default weights and gallery."""
    predictor = Predictor.open()
    frames = chain(from_folder(folder) if folder else (), drawn(drawn_frames), foreign(each))
    asked = (turned(it, turns) if turns else it for it in frames)
    rows = counted([(it, predictor.predict(it.frame).judgement) for it in asked])
    if json:
        typer.echo(jsonlib.dumps([row._asdict() for row in rows], indent=2))
    else:
        Console().print(table(rows))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
