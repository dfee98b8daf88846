"""``/collections``: what is kept for whoever runs the app. A visitor's stay in their browser."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from entdemo.errors import PageError
from entdemo.gallery.collection import MOST_BYTES, Collection, Shelf
from entdemo.ui.file_route import body, refused


class ShelfOrder(BaseModel):
    """A collection to keep, and the name of one to forget."""

    model_config = ConfigDict(extra="forbid")

    keep: Collection | None = None
    remove: str | None = None


def shelf_route(shelf: Shelf) -> Route:
    """The route that gives the kept collections, after a change where one is posted."""

    async def answer(request: Request) -> Response:
        try:
            if request.method == "POST":
                data = await body(request, MOST_BYTES, "collection.too_large")
                await run_in_threadpool(change, shelf, data)
            kept = await run_in_threadpool(shelf.all)
        except Exception as error:
            return refused(request, error)
        listed = [collection.model_dump() for collection in kept]
        return JSONResponse(listed, headers={"Cache-Control": "no-store"})

    return Route("/collections", answer, methods=["GET", "POST"])


def change(shelf: Shelf, data: bytes) -> None:
    """Keep and forget what an order names.

    Raises:
        UserError: if it is no order, or cannot be carried out.
    """
    try:
        order = ShelfOrder.model_validate_json(data)
    except ValidationError as error:
        raise PageError("collection.order") from error
    if order.keep is not None:
        shelf.keep(order.keep)
    if order.remove is not None:
        shelf.remove(order.remove)
