"""``predict`` and ``search``: one frame or one description -> class and similar cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entdemo.commands.output import (
    DEFAULTS,
    Count,
    Device,
    Gallery,
    Json,
    Precision,
    Weights,
    err,
    out,
    print_json,
    rows,
)
from entdemo.taxonomy import CLASS_NAMES

if TYPE_CHECKING:
    from entdemo.predictor import Prediction, Predictor


def predict(
    frame: Annotated[Path, typer.Argument(help="JPEG, PNG, WebP, BMP, TIFF or DICOM.")],
    k: Count = 12,
    weights: Weights = DEFAULTS.weights,
    gallery: Gallery = DEFAULTS.gallery,
    device: Device = DEFAULTS.device,
    precision: Precision = DEFAULTS.precision,
    json: Json = False,
) -> None:
    """Class of an endoscopy frame, and the nearest teaching cases."""
    from entdemo.answer import prediction_json
    from entdemo.frame import load_frame

    picture = load_frame(frame)
    if picture.notice is not None:
        err.print(str(picture.notice), style="yellow")
    prediction = _open(weights, gallery, device, precision).predict(picture, k)
    if json:
        print_json(prediction_json(prediction))
    else:
        _print(prediction)


def search(
    text: Annotated[str, typer.Argument(help="A description, English or Vietnamese.")],
    k: Count = 12,
    weights: Weights = DEFAULTS.weights,
    gallery: Gallery = DEFAULTS.gallery,
    device: Device = DEFAULTS.device,
    precision: Precision = DEFAULTS.precision,
    json: Json = False,
) -> None:
    """Class that a description points to, and the teaching cases that fit it."""
    from entdemo.answer import search_json
    from entdemo.predictor import check_text

    check_text(text)
    prediction = _open(weights, gallery, device, precision).search(text, k)
    if json:
        print_json(search_json(prediction))
    else:
        _print(prediction)


def _open(weights: str, gallery: str, device: str, precision: str) -> Predictor:
    from entdemo.predictor import Predictor

    predictor = Predictor.open(weights, gallery, device, precision)
    if predictor.notice is not None:
        err.print(str(predictor.notice), style="yellow")
    return predictor


def _print(prediction: Prediction) -> None:
    named = " or ".join(CLASS_NAMES[name]["en"] for name in prediction.alternatives)
    headline = {
        "clear": f"Likely {CLASS_NAMES[prediction.class_name]['en']}.",
        "unsure": f"Unsure: {named}.",
        "not-endoscopy": "This does not look like an endoscopy frame.",
    }
    out.print(headline[prediction.verdict], style="bold")
    if prediction.text_cut:
        err.print("The description is long; only its beginning was read.", style="yellow")
    shares = [
        [CLASS_NAMES[name]["en"], f"{share:.1%}"]
        for name, share in prediction.probabilities.items()
    ]
    out.print(rows("Probabilities", ["class", "share"], shares))
    cases = [
        [f"{case.similarity:.3f}", case.class_name, case.caption_en, case.case_id]
        for case in prediction.neighbours
    ]
    out.print(rows("Nearest cases", ["cosine", "class", "caption", "case"], cases))
    out.print("For teaching, not for diagnosis.", style="dim")
