"""The gate: ASGI around all of Gradio, its own middleware and its answers to other origins."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import gradio as gr
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entdemo.ui.fairness import FairQueue, FairSessions
from entdemo.ui.gate.body import Body, check_length, linger
from entdemo.ui.gate.callers import Access, host_name, is_foreign, without_origin
from entdemo.ui.gate.login import Logins, token_of, with_own_cookie
from entdemo.ui.gate.refusal import RefusedError, refusal
from entdemo.ui.gate.routes import Rule, rule_of
from entdemo.ui.headers import SecurityHeaders
from entdemo.ui.traffic import TrafficLog


class Gate:
    """ASGI middleware that lets through what the page and its programs ask for.

    Args:
        app: what stands behind.
        access: who may come, and by which names.
        cookie_id: of the cookies of logins.
        logins: who has logged in; None where no login is asked for.
    """

    def __init__(self, app: ASGIApp, access: Access, cookie_id: str, logins: Logins | None) -> None:
        self._app = app
        self._access = access
        self._cookie_id = cookie_id
        self._logins = logins
        self._held: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here without having read its body."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":  # nothing here speaks over a WebSocket
            return await send({"type": "websocket.close", "code": 1008})
        seen = self._access.believed(scope)
        try:
            rule = self._checked(seen)
            check_length(seen, rule)
        except RefusedError as error:
            return await _refuse(seen, receive, send, error)
        body = Body(seen, receive, rule, self._held)
        held = _Held(with_own_cookie(seen, send, self._cookie_id), body)
        try:
            await self._app(without_origin(seen), body.receive, held.send)
        except Exception:
            if body.error is None:
                raise
        finally:
            body.let_go()
        if body.error is not None and not held.has_begun:
            await _refuse(seen, receive, send, body.error, more=not body.is_read)

    def _checked(self, scope: Scope) -> Rule:
        """The rule of a request that may come.

        Raises:
            RefusedError: if it may not.
        """
        rule = rule_of(scope["method"], scope["path"])
        if not self._access.is_known_host(scope):
            host = HTTPConnection(scope).headers.get("host", "")
            raise RefusedError(403, "gate.host", host=host_name(host)[:80])
        if is_foreign(scope, to_page=rule is not None and rule.is_page):
            raise RefusedError(403, "gate.origin")
        if rule is None:
            raise RefusedError(404, "gate.route")
        if not (self._has_login(scope) or rule.is_open):
            raise RefusedError(401, "gate.login")
        return rule

    def _has_login(self, scope: Scope) -> bool:
        if self._logins is None:
            return True
        self._logins.end_old()
        return token_of(HTTPConnection(scope), self._cookie_id) in self._logins


class _Held:
    """An answer on its way out, which is held back once the body turned out to be too much."""

    def __init__(self, send: Send, body: Body) -> None:
        self._send = send
        self._body = body
        self.has_begun = False

    async def send(self, message: Message) -> None:
        if self._body.error is None or self.has_begun:
            self.has_begun = True
            await self._send(message)


async def _refuse(
    scope: Scope, receive: Receive, send: Send, error: RefusedError, *, more: bool = True
) -> None:
    """Answer and end the connection, whatever is left of the body; ``more``: something may be."""

    async def sent(message: Message) -> None:
        is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if not (is_last and more):
            return await send(message)
        await send({**message, "more_body": True})
        await linger(receive)
        await send({"type": "http.response.body", "body": b""})

    answer = refusal(scope, error, {"Connection": "close"})
    await SecurityHeaders(answer, head="")(scope, receive, sent)


def gated(access: Access) -> Callable[[gr.routes.App], AbstractAsyncContextManager[None]]:
    """A lifespan that puts the gate around an app when it starts, and shares its visits out.

    Middleware that is handed to the app stands inside of Gradio's own, which answers to other
    origins; only the finished stack can be enclosed.
    """

    @asynccontextmanager
    async def lifespan(app: gr.routes.App) -> AsyncIterator[None]:
        stack = app.middleware_stack
        if stack is None:
            raise RuntimeError("the app starts before it has its middleware")
        queue = app.get_blocks()._queue
        if isinstance(queue, FairQueue):
            app.state_holder = FairSessions(app.get_blocks(), queue.owners)
        app.tokens = logins = Logins()
        asked = None if app.auth is None else logins
        app.middleware_stack = TrafficLog(Gate(stack, access, app.cookie_id, asked))
        yield

    return lifespan
