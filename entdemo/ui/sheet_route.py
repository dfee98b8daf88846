"""``/sheet``: an answer that the page shows, in; a file to keep, out. Nothing stays here."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.routing import Route

from entdemo.errors import PageError
from entdemo.export.formats import Format, written
from entdemo.export.gallery_cases import SHEET_SIDE, handout_case
from entdemo.export.handout import Asked, Handout, HandoutCase
from entdemo.image.frame import load_frame
from entdemo.image.jpeg import encode_jpeg
from entdemo.inference.spoken import Kind, advice, headline
from entdemo.inference.verdict import Judgement
from entdemo.locale import Language
from entdemo.taxonomy import CLASSES, REGIONS
from entdemo.ui.file_route import file_route
from entdemo.ui.i18n import word

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

MOST_LETTERS = 5000
_MOST_CASES = 24
_MOST_BYTES = 4 * 1024**2
_QUERY_SIDE = 960
_DATA_URL = "data:image/jpeg;base64,"

Probability = Annotated[float, Field(ge=0, le=1)]
Similarity = Annotated[float, Field(ge=-1.001, le=1.001)]


class SheetOrder(BaseModel):
    """What the page sends: the answer as it shows it, and the notes."""

    model_config = ConfigDict(extra="forbid")

    format: Format
    language: Language
    kind: Kind
    judgement: Judgement
    probabilities: dict[str, Probability]
    cases: list[tuple[str, Similarity]] = Field(max_length=_MOST_CASES)
    picture: str = Field(default="", max_length=_MOST_BYTES)
    text: str = Field(default="", max_length=MOST_LETTERS)
    notes: str = Field(default="", max_length=MOST_LETTERS)

    @field_validator("probabilities")
    @classmethod
    def _of_all_classes(cls, value: dict[str, float]) -> dict[str, float]:
        if set(value) != set(CLASSES):
            raise ValueError("one probability a class")
        return {name: value[name] for name in CLASSES}

    @field_validator("judgement")
    @classmethod
    def _of_known_names(cls, value: Judgement) -> Judgement:
        named = [name for name in (value.region, value.class_name) if name] + [*value.possible]
        if value.grade == "refused" or not value.possible or not {*named} <= {*REGIONS, *CLASSES}:
            raise ValueError("what is answered names regions and classes")
        return value


def sheet_route(predictor: Predictor) -> Route:
    """The route that answers an order with the file."""

    def made(data: bytes) -> tuple[Format, bytes]:
        order = read_order(data)
        return order.format, make_sheet(predictor, order)

    return file_route("/sheet", _MOST_BYTES, made, "sheet.too_large")


def read_order(data: bytes) -> SheetOrder:
    """An order from its JSON.

    Raises:
        UserError: if it is none.
    """
    try:
        return SheetOrder.model_validate_json(data)
    except ValidationError as error:
        raise PageError("sheet.order") from error


def make_sheet(predictor: Predictor, order: SheetOrder) -> bytes:
    """The file that was asked for.

    Raises:
        UserError: if the picture is none, or a case is not in the gallery.
    """
    handout = Handout(
        language=order.language,
        title=word("handout.sheet", order.language),
        cases=tuple(_case(predictor, *near, order.language) for near in order.cases),
        asked=Asked(
            answer=headline(order.judgement, order.kind, order.language),
            advice=advice(order.judgement, order.language),
            probabilities=order.probabilities,
            weights=predictor.bundle_name,
            jpeg=_jpeg(order.picture),
            text=order.text,
        ),
        notes=order.notes,
    )
    return written(handout, order.format)


def _jpeg(picture: str) -> bytes:
    if not picture:
        return b""
    if not picture.startswith(_DATA_URL):
        raise PageError("sheet.order")
    try:
        data = base64.b64decode(picture.removeprefix(_DATA_URL), validate=True)
    except binascii.Error as error:
        raise PageError("sheet.order") from error
    return encode_jpeg(load_frame(data).shown(), _QUERY_SIDE)


def _case(predictor: Predictor, case_id: str, similarity: float, language: Language) -> HandoutCase:
    gallery = predictor.gallery
    return handout_case(gallery, gallery.case(case_id), language, SHEET_SIDE, similarity)
