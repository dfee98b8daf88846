"""``/handout``: cases that a visitor has put together, in; a file to keep, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import Route

from entdemo.errors import PageError
from entdemo.export.formats import Format, written
from entdemo.export.gallery_cases import HANDOUT_SIDE, collected, handout_case
from entdemo.export.handout import Handout
from entdemo.gallery.collection import MOST_BYTES, Collection
from entdemo.locale import Language
from entdemo.ui.file_route import file_route

if TYPE_CHECKING:
    from entdemo.predictor import Predictor


class HandoutOrder(BaseModel):
    """What the page sends: the collection as it stands there, and what is to be made of it."""

    model_config = ConfigDict(extra="forbid")

    format: Format
    language: Language
    answers: bool = Field(strict=True)
    collection: Collection


def handout_route(predictor: Predictor) -> Route:
    """The route that answers an order with the file."""
    return file_route(
        "/handout", MOST_BYTES, lambda data: make_handout(predictor, data), "collection.too_large"
    )


def make_handout(predictor: Predictor, data: bytes) -> tuple[Format, bytes]:
    """The kind of file that an order asks for, and the file.

    Raises:
        UserError: if it is no order, or the gallery has none of the cases.
    """
    try:
        order = HandoutOrder.model_validate_json(data)
    except ValidationError as error:
        raise PageError("collection.order") from error
    gallery = predictor.gallery
    cases = tuple(
        handout_case(gallery, case, order.language, HANDOUT_SIDE, note=note)
        for case, note in collected(gallery, order.collection)
    )
    name = order.collection.name
    made = Handout(order.language, name, cases, answers=order.answers)
    return order.format, written(made, order.format)
