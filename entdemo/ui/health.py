"""``/health``: what runs here, for people and programs that watch over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from entdemo.predictor import Predictor


def health_route(predictor: Predictor) -> Route:
    """The route; it asks for no login, since it tells nothing of a visitor or a case."""

    async def answer(_: Request) -> Response:
        return JSONResponse(health(predictor), headers={"Cache-Control": "no-store"})

    return Route("/health", answer)


def health(predictor: Predictor) -> dict[str, Any]:
    """Name and id of the weights, number of gallery cases, the device, the library and its
    precision, which are None until the network is there."""
    return {
        "status": "ok",
        "bundle": predictor.bundle_name,
        "bundle_id": predictor.bundle_id,
        "gallery_size": len(predictor.gallery.cases),
        "device": predictor.device,
        "library": predictor.library,
        "precision": predictor.precision,
    }
