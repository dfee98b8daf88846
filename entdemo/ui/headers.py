"""Security headers: the page loads from its own site alone and runs only what it came with."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_RULES = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    # A Space is shown inside a page of the Hub.
    "frame-ancestors": "'self' https://huggingface.co",
}
_EFFORT = 6
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def script_hashes(html: str) -> list[str]:
    """Sources of a content security policy that allow the inline scripts of ``html``."""
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(html))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def policy(hashes: Iterable[str] = ()) -> str:
    """A content security policy that allows the inline scripts with these hashes.

    Gradio makes functions out of text for components with a script of their own, hence
    ``unsafe-eval``; scripts put into the page by an attribute or an element stay forbidden.
    """
    scripts = " ".join(["'self'", "'unsafe-eval'", *hashes])
    rules = _RULES | {"script-src": scripts}
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


class SecurityHeaders:
    """ASGI middleware that sets the headers of each answer.

    Args:
        app: the application.
        head: HTML that the page itself adds to its head later on; its scripts are allowed.
    """

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head_hashes = script_hashes(head)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a page is held back until its scripts are known, and packed."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        unpacks = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        await self._app(scope, receive, _Answer(send, self._head_hashes, unpacks=unpacks).send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, send: Send, hashes: list[str], *, unpacks: bool) -> None:
        self._send = send
        self._hashes = hashes
        self._unpacks = unpacks
        self._held: list[Message] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._held:
            await self._hold(message)
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        headers.update({**_ALWAYS, "Content-Security-Policy": policy()})
        if headers.get("content-type", "").startswith("text/html"):
            self._held.append(message)
        else:
            await self._send(message)

    async def _hold(self, message: Message) -> None:
        self._held.append(message)
        if message.get("more_body", False):
            return
        start, *parts = self._held
        body = b"".join(part.get("body", b"") for part in parts)
        hashes = [*self._hashes, *script_hashes(body.decode("utf-8", "replace"))]
        headers = MutableHeaders(scope=start)
        headers["Content-Security-Policy"] = policy(hashes)
        if self._unpacks and "content-encoding" not in headers:
            body = gzip.compress(body, _EFFORT)
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
            headers.add_vary_header("Accept-Encoding")
        self._held.clear()
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
