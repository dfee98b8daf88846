"""Logins: each has one cookie, ends after a time, and ends alone when its visitor leaves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message, Scope, Send

LOGIN_S = 12 * 3600
"""So long a login lasts."""

_TOKEN = re.compile(r"access-token-[^=]+=([\w-]+)")


class Logins(dict[str, str]):
    """User by token; it stands in for the dictionary of Gradio's app, which forgets nobody.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._since: dict[str, float] = {}

    def __setitem__(self, token: str, user: str) -> None:
        """A login begins."""
        super().__setitem__(token, user)
        self._since[token] = self._clock()

    def end(self, token: str) -> None:
        """End one login, if there is such a one."""
        self.pop(token, None)
        self._since.pop(token, None)

    def end_old(self) -> None:
        """End those that have lasted long enough; they stand in the order in which they began."""
        while self._since:
            oldest, since = next(iter(self._since.items()))
            if self._clock() - since < LOGIN_S:
                return
            self.end(oldest)


def token_of(who: HTTPConnection, cookie_id: str) -> str:
    """The token that a request comes with, empty if there is none."""
    return who.cookies.get(_cookie_name(who.scope, cookie_id), "")


def with_own_cookie(scope: Scope, send: Send, cookie_id: str) -> Send:
    """Send the answer to a login with one cookie in place of Gradio's two.

    Those go along with requests of any site, and without TLS; this one comes from this site alone,
    and where the login came over TLS it goes over TLS alone.
    """

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            found = _TOKEN.match(headers.get("set-cookie", ""))
            if found:
                del headers["set-cookie"]
                headers["set-cookie"] = _cookie(scope, cookie_id, found[1])
        await send(message)

    return sent


def logout_route() -> Route:
    """``POST /logout`` ends the login of who asks, and no other; it leads back to the page."""

    async def answer(request: Request) -> Response:
        app = request.app
        app.tokens.end(token_of(request, app.cookie_id))
        left = RedirectResponse("./", 303)
        left.delete_cookie(_cookie_name(request.scope, app.cookie_id))
        return left

    return Route("/logout", answer, methods=["POST"])


def _cookie_name(scope: Scope, cookie_id: str) -> str:
    """How Gradio calls the cookie, by what the request came over."""
    return f"access-token-{'' if scope['scheme'] == 'https' else 'unsecure-'}{cookie_id}"


def _cookie(scope: Scope, cookie_id: str, token: str) -> str:
    answer = Response()
    is_tls = scope["scheme"] == "https"
    name = _cookie_name(scope, cookie_id)
    answer.set_cookie(name, token, LOGIN_S, httponly=True, samesite="lax", secure=is_tls)
    return answer.headers["set-cookie"]
