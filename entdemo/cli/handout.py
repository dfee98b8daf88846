"""``handout``: teaching cases as a file to print, to show or to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.narrowing import Classes, Findings, Regions, Sources, case_filter
from entdemo.cli.output import Gallery, Json, out, print_json
from entdemo.locale import Language, page_text

Ids = Annotated[list[str] | None, typer.Argument(help="Ids of cases, in their order. [all]")]
Words = Annotated[str, typer.Option("--text", help="Only cases whose texts hold these words.")]
From = Annotated[
    Path | None,
    typer.Option("--collection", help="Cases, order, notes and title of a collection's file."),
]
Number = Annotated[int | None, typer.Option("--n", min=1, help="Draw so many by chance.")]
Seed = Annotated[int, typer.Option("--seed", help="Of the draw.")]
Answers = Annotated[bool, typer.Option("--answers/--no-answers", help="Tell what the cases are.")]


def handout(
    file: Annotated[
        Path, typer.Argument(help="New file, its ending says which: .pdf .pptx .apkg .csv .zip")
    ],
    case_ids: Ids = None,
    *,
    gallery: Gallery,
    regions: Regions = None,
    classes: Classes = None,
    findings: Findings = None,
    sources: Sources = None,
    text: Words = "",
    n: Number = None,
    seed: Seed = 0,
    collection: From = None,
    title: Annotated[str, typer.Option("--title", help="Of the whole.")] = "",
    language: Annotated[Language, typer.Option("--language", help="Of all words.")] = "en",
    answers: Answers = True,
    json: Json = False,
) -> None:
    """Cases of a gallery as a PDF, PowerPoint slides, an Anki deck or a table.

    Options that narrow the cases may be given several times.
    """
    from entdemo.export.formats import new_target, written
    from entdemo.export.gallery_cases import HANDOUT_SIDE, chosen_cases, collected, handout_case
    from entdemo.export.handout import Handout
    from entdemo.gallery.collection import load_collection
    from entdemo.gallery.store import Gallery as Opened
    from entdemo.storage.atomic import write_atomically

    kind = new_target(file)
    where = case_filter(regions, classes, findings, sources)
    held = load_collection(collection) if collection else None
    opened = Opened.open(gallery)
    notes = dict(collected(opened, held)) if held else {}
    asked = [*(case_ids or ()), *(case.case_id for case in notes)]
    cases = chosen_cases(opened, asked, where, text, n, seed)
    named = held.name if held else page_text("handout.title", language)
    made = Handout(
        language=language,
        title=title or named,
        cases=tuple(
            handout_case(opened, case, language, HANDOUT_SIDE, note=notes.get(case, ""))
            for case in cases
        ),
        answers=answers,
    )
    write_atomically(file, written(made, kind))
    if json:
        print_json({"cases": [case.case_id for case in cases], "file": str(file)})
    else:
        out.print(f"{len(cases)} cases in {file}.")
