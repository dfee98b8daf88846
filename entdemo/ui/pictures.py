"""Pictures for the page: a gallery case by its id, and the visitor's own frame inline."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entdemo.errors import GalleryError, UserError
from entdemo.image.frame import Frame, load_frame
from entdemo.image.jpeg import encode_jpeg

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

Size = Literal["tiny", "small", "large"]
SIDES: dict[Size, int] = {"tiny": 112, "small": 320, "large": 1024}
_QUALITY = 76
_KEPT_PICTURES = 512


def picture_url(case_id: str, size: Size) -> str:
    """Where the page finds a case's picture, relative to the page."""
    return f"cases/{size}/{quote(case_id, safe='')}"


def query_picture(frame: Frame, side: int = 480) -> str:
    """The visitor's frame as a ``data:`` address, so that nothing of it stays on the server.

    Args:
        frame: of which only the content is shown.
        side: pixels of its longer side.
    """
    return data_url(encode_jpeg(frame.shown(), side))


def data_url(jpeg: bytes) -> str:
    """A JPEG as an address that holds it."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _small(frame: Frame, side: int) -> bytes:
    """The content alone as WebP, which takes half of what JPEG does: a page shows many."""
    image = Image.fromarray(frame.content())
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return buffer.getvalue()


def picture_route(predictor: Predictor) -> Route:
    """The route that serves pictures of the predictor's gallery.

    Cases are looked up by id, so no other file of the server can be asked for; what is sent is
    encoded anew from the pixels.
    """

    @lru_cache(maxsize=_KEPT_PICTURES)
    def encoded(path: Path, size: Size) -> bytes:
        frame = load_frame(path)
        # Beside a disc is nothing to see, and a small picture has no room for it.
        return (
            encode_jpeg(frame.rgb, SIDES[size]) if size == "large" else _small(frame, SIDES[size])
        )

    def picture(case_id: str, size: Size) -> bytes:
        gallery = predictor.gallery
        path = gallery.frame_path(gallery.case(case_id))
        if not path.is_file():  # removed since, though its picture may be kept here
            raise GalleryError("gallery.frame_missing", file=path.name)
        return encoded(path, size)

    async def answer(request: Request) -> Response:
        size = request.path_params["size"]
        if size not in SIDES:
            return Response(status_code=404)
        try:
            data = await run_in_threadpool(picture, request.path_params["case_id"], size)
        except UserError:
            return Response(status_code=404)
        kind = "image/jpeg" if size == "large" else "image/webp"
        headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(data, media_type=kind, headers=headers)

    return Route("/cases/{size}/{case_id:path}", answer)
