"""Routes that take an order of the page as JSON and give a file to keep; nothing stays here."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from entdemo.errors import PageError
from entdemo.export.formats import MEDIA_TYPES, Format
from entdemo.ui.events import as_user_error
from entdemo.ui.traffic import preferred_language


def file_route(
    path: str, most_bytes: int, made: Callable[[bytes], tuple[Format, bytes]], too_large: str
) -> Route:
    """A route that answers an order with a file, or with the sentence of what is wrong.

    Args:
        path: of the route; also how the file is called.
        most_bytes: of an order.
        made: the kind of file and its bytes, from an order's bytes; raises UserError.
        too_large: key of the sentence for a larger order.
    """

    async def answer(request: Request) -> Response:
        try:
            kind, data = await run_in_threadpool(made, await body(request, most_bytes, too_large))
        except ClientDisconnect:  # nobody reads the answer
            return Response(status_code=400)
        except Exception as error:
            return refused(request, error)
        headers = {
            "Content-Disposition": f'attachment; filename="{path.strip("/")}.{kind}"',
            "Cache-Control": "no-store",
        }
        return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)

    return Route(path, answer, methods=["POST"])


async def body(request: Request, most_bytes: int, too_large: str) -> bytes:
    """All bytes of a request.

    Raises:
        UserError: there are more than may be.
    """
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > most_bytes:
            raise PageError(too_large, limit=most_bytes // 1024**2)
    return bytes(data)


def refused(request: Request, error: Exception) -> Response:
    """What went wrong, as a sentence in the visitor's language."""
    language = preferred_language(request.headers.get("accept-language", ""))
    return JSONResponse({"detail": as_user_error(error).text(language)}, status_code=400)
