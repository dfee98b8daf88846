"""A request that goes no further, and its answer: a status and a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Scope

from entdemo.errors import PageError
from entdemo.ui.traffic import preferred_language


class RefusedError(PageError):
    """A request goes no further.

    Args:
        status: of the answer.
        key: of the sentence.
        values: of the sentence.
    """

    def __init__(self, status: int, key: str, **values: object) -> None:
        self.status = status
        super().__init__(key, **values)


def refusal(
    scope: Scope, error: RefusedError, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer, in the language that the request prefers.

    Args:
        scope: the request.
        error: what is wrong with it.
        headers: further ones of the answer.
    """
    language = preferred_language(Headers(scope=scope).get("accept-language", ""))
    always = {"Content-Language": language, "Cache-Control": "no-store"}
    return JSONResponse(
        {"detail": error.text(language)}, error.status, headers={**always, **(headers or {})}
    )
