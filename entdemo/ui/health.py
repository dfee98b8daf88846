"""``/health``: what runs here; ``/ready``: whether it answers by now. For who watches over it."""

from __future__ import annotations

from collections.abc import Callable
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


def ready_route(is_ready: Callable[[], bool]) -> Route:
    """The route, open as well: 200 once a question is answered without waiting for the start."""

    async def answer(_: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        if is_ready():
            return JSONResponse({"status": "ready"}, headers=headers)
        return JSONResponse({"status": "waiting"}, 503, headers={**headers, "Retry-After": "2"})

    return Route("/ready", answer)


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
