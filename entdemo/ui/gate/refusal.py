"""An answer to a request that goes no further: a status and a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Scope

from entdemo.errors import PageError
from entdemo.ui.traffic import preferred_language


def refusal(
    scope: Scope, status: int, error: PageError, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer, in the language that the request prefers.

    Args:
        scope: the request.
        status: of the answer.
        error: the sentence.
        headers: further ones of the answer.
    """
    language = preferred_language(Headers(scope=scope).get("accept-language", ""))
    always = {"Content-Language": language, "Cache-Control": "no-store"}
    return JSONResponse(
        {"detail": error.text(language)}, status, headers={**always, **(headers or {})}
    )
