"""``predict`` and ``search``: one frame or one description -> class and similar cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entdemo.cli.many import predict_many
from entdemo.cli.narrowing import Classes, Findings, Regions, Sources, case_filter
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
    rows,
)
from entdemo.inference.spoken import Kind, advice, grade_name, headline
from entdemo.locale import page_text
from entdemo.taxonomy import CLASS_NAMES
from entdemo.text.findings import finding_names

if TYPE_CHECKING:
    from entdemo.image.frame import Frame
    from entdemo.inference.prediction import Neighbour, Prediction

Least = Annotated[float, typer.Option("--min-similarity", help="Leave out weaker matches.")]
Words = Annotated[str | None, typer.Option("--text", help="What else the cases should show.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write the table to this new file.")]
ByDoubt = Annotated[bool, typer.Option("--by-doubt", help="Of many frames the doubtful first.")]
Page = Annotated[
    int | None, typer.Option("--page", min=1, help="Picture of a GIF, TIFF or loop, from 1.")
]
Share = Annotated[float, typer.Option("--share", help="How much --text counts, 0 to 1.")]


def predict(
    frame: Annotated[
        Path,
        typer.Argument(
            help="JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF or DICOM; a folder or a ZIP of them."
        ),
    ],
    *,
    k: Count = 12,
    text: Words = None,
    share: Share = 0.5,
    regions: Regions = None,
    classes: Classes = None,
    findings: Findings = None,
    sources: Sources = None,
    min_similarity: Least = -1.0,
    csv: Csv = None,
    by_doubt: ByDoubt = False,
    page: Page = None,
    weights: Weights,
    gallery: Gallery,
    device: Device,
    precision: Precision,
    json: Json = False,
) -> None:
    """Class of an endoscopy frame, and the nearest teaching cases.

    Of a folder or a ZIP each picture is answered, in one table. Options that narrow the cases may
    be given several times.
    """
    from entdemo.batch import holds_many
    from entdemo.image.frame import load_frame
    from entdemo.inference.prediction import prediction_json, reading_json

    where = case_filter(regions, classes, findings, sources, min_similarity)
    many = csv is not None or holds_many(frame)
    picture = None if many else load_frame(frame, page)
    if picture is not None:
        _tell(picture)
    predictor = open_predictor(weights, gallery, device, precision)

    def ask(asked: Frame) -> Prediction:
        if text is None:
            return predictor.predict(asked, k, where)
        return predictor.combine(asked, text, share, k, where)

    if picture is None:
        predict_many(frame, ask, csv, page, by_doubt=by_doubt, json=json)
        return
    prediction = ask(picture)
    if json:
        told = {"page": picture.page, "pages": picture.pages} if picture.pages > 1 else {}
        print_json(prediction_json(prediction) | reading_json(prediction) | told)
    else:
        _print(prediction, "frame")


def search(
    text: Annotated[str, typer.Argument(help="A description, English or Vietnamese.")],
    *,
    k: Count = 12,
    regions: Regions = None,
    classes: Classes = None,
    findings: Findings = None,
    sources: Sources = None,
    min_similarity: Least = -1.0,
    weights: Weights,
    gallery: Gallery,
    device: Device,
    precision: Precision,
    json: Json = False,
) -> None:
    """Class that a description points to, and the teaching cases that fit it.

    Options that narrow the cases may be given several times.
    """
    from entdemo.inference.prediction import search_json
    from entdemo.predictor import check_text

    check_text(text)
    where = case_filter(regions, classes, findings, sources, min_similarity)
    prediction = open_predictor(weights, gallery, device, precision).search(text, k, where)
    if json:
        print_json(search_json(prediction))
    else:
        _print(prediction, "text")


def _tell(picture: Frame) -> None:
    """What is to be known of a picture before its answer."""
    if picture.notice is not None:
        err.print(str(picture.notice), style="yellow")
    if picture.pages > 1:
        err.print(f"Picture {picture.page} of {picture.pages}; --page N takes another one.")


def _print(prediction: Prediction, kind: Kind) -> None:
    judged = prediction.judgement
    out.print(headline(judged, kind, "en"), style="bold")
    out.print(f"{grade_name(judged, 'en')}. {advice(judged, 'en')}")
    for note in _notes(prediction):
        err.print(note, style="yellow")
    if judged.grade != "refused":
        _print_answer(prediction)
    out.print("For teaching, not for diagnosis.", style="dim")


def _print_answer(prediction: Prediction) -> None:
    """Probabilities, findings and cases."""
    shares = [
        [CLASS_NAMES[name]["en"], f"{share:.1%}"]
        for name, share in prediction.probabilities.items()
    ]
    out.print(rows("Probabilities", ["class", "share"], shares))
    told = [[it.en, f"{likelihood:.1%}"] for it, likelihood in prediction.named_findings]
    if told:
        out.print(rows("Findings, as far as measured", ["finding", "likelihood"], told))
    cases = [
        [_similarity(case), case.class_name, case.caption_en, case.case_id]
        for case in prediction.neighbours
    ]
    out.print(rows("Nearest cases", ["similarity", "class", "caption", "case"], cases))


def _notes(prediction: Prediction) -> Iterator[str]:
    """How the description was read, as on the page."""
    if prediction.in_distribution and not prediction.about:
        yield page_text("spoken.refused_text", "en")
    for typed, read in prediction.reading.corrections if prediction.reading else ():
        yield page_text("answer.corrected", "en", typed=typed, read=read)
    if prediction.absent_findings:
        names = ", ".join(finding_names()[key][0] for key in prediction.absent_findings)
        yield page_text("answer.absent", "en", names=names)
    if prediction.text_cut:
        yield page_text("answer.cut", "en")


def _similarity(case: Neighbour) -> str:
    alike = f", {len(case.folded)} alike" if case.folded else ""
    return f"{case.similarity:.3f}{' weak' if case.weak else ''}{alike}"
