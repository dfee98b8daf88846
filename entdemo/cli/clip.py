"""``clip``: which structures a video shows, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entdemo.cli.output import (
    Count,
    Device,
    Gallery,
    Json,
    Precision,
    Weights,
    err,
    open_predictor,
    out,
    print_json,
    progress_bar,
    rows,
)
from entdemo.locale import Language
from entdemo.locale.numbers import clock
from entdemo.taxonomy import CLASS_NAMES

if TYPE_CHECKING:
    from entdemo.clip.timeline import Stretch


Sheet = Annotated[
    Path | None, typer.Option("--sheet", help="Also write it: .pdf .pptx .apkg .csv .zip")
]
SheetLanguage = Annotated[Language, typer.Option("--language", help="Of the sheet's words.")]


def clip(
    file: Annotated[Path, typer.Argument(help="MP4, MOV, AVI, Matroska, WebM, GIF or DICOM.")],
    *,
    k: Count = 3,
    sheet: Sheet = None,
    language: SheetLanguage = "en",
    weights: Weights,
    gallery: Gallery,
    device: Device,
    precision: Precision,
    json: Json = False,
) -> None:
    """Timeline of the structures that a clip shows, and teaching cases like each one's best frame.

    Nothing of the clip is kept.
    """
    from entdemo.clip.reading import check_clip
    from entdemo.clip.timeline import read_timeline, timeline_json
    from entdemo.export.formats import new_target, written
    from entdemo.export.timeline import timeline_handout
    from entdemo.storage.atomic import write_atomically

    check_clip(file)
    kind = None if sheet is None else new_target(sheet)
    predictor = open_predictor(weights, gallery, device, precision)
    with progress_bar("Seconds") as bar:
        timeline = read_timeline(file, predictor.classes, lambda at: bar(round(at), None))
    if sheet is not None and kind is not None:
        made = timeline_handout(timeline, lambda it: predictor.predict(it, 1).neighbours, language)
        write_atomically(sheet, written(made, kind))
    if json:
        print_json(timeline_json(timeline, lambda frame: predictor.predict(frame, k)))
        return
    if timeline.notice is not None:
        err.print(str(timeline.notice), style="yellow")
    columns = ["from", "to", "structure", "doubt", "best frame"]
    out.print(rows("Timeline", columns, [_line(it) for it in timeline.stretches]))
    out.print("For teaching, not for diagnosis.", style="dim")


def _line(it: Stretch) -> list[str]:
    name = "no endoscopy" if it.class_name is None else CLASS_NAMES[it.class_name]["en"]
    return [clock(it.start), clock(it.end), name, f"{it.doubt:.2f}", clock(it.best_at)]
