"""Security headers: the page loads from its own site alone and runs only what it came with."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entdemo.ui.first_paint import with_first_paint
from entdemo.ui.link_preview import with_preview
from entdemo.ui.traffic import preferred_language

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
_AS_GZIP = 16 + zlib.MAX_WBITS
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
        picture: where the picture lies that is shown beside a shared link.
    """

    def __init__(self, app: ASGIApp, head: str, picture: str = "") -> None:
        self._app = app
        self._picture = picture
        self._head_hashes = script_hashes(head)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a page is held back until its scripts are known, and packed.

        A stream of answers is packed part by part: its cards take a third of a page's weight.
        """
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        asked = Headers(scope=scope)

        def previewed(html: str) -> str:
            language = preferred_language(asked.get("accept-language", ""))
            address = f"{scope['scheme']}://{asked.get('host', '')}{scope.get('root_path', '')}"
            shown = with_preview(html, address, self._picture, language)
            return with_first_paint(shown, language)

        unpacks = "gzip" in asked.get("accept-encoding", "")
        answer = _Answer(send, self._head_hashes, previewed, unpacks=unpacks)
        await self._app(scope, receive, answer.send)


class _Answer:
    """One answer on its way out."""

    def __init__(
        self, send: Send, hashes: list[str], dress: Callable[[str], str], *, unpacks: bool
    ) -> None:
        self._send = send
        self._hashes = hashes
        self._dress = dress
        self._unpacks = unpacks
        self._held: list[Message] = []
        self._packer: zlib._Compress | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._held:
            await self._hold(message)
        elif self._packer:
            await self._send({**message, "body": _packed(self._packer, message)})
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        headers.update({**_ALWAYS, "Content-Security-Policy": policy()})
        kind = headers.get("content-type", "")
        if kind.startswith("text/html"):
            return self._held.append(message)
        if self._unpacks and kind.startswith("text/event-stream"):
            self._packer = zlib.compressobj(_EFFORT, wbits=_AS_GZIP)
            headers["Content-Encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
        await self._send(message)

    async def _hold(self, message: Message) -> None:
        self._held.append(message)
        if message.get("more_body", False):
            return
        start, *parts = self._held
        body = b"".join(part.get("body", b"") for part in parts)
        headers = MutableHeaders(scope=start)
        if "content-encoding" not in headers:
            body = self._dress(body.decode("utf-8", "replace")).encode()
            headers["Content-Length"] = str(len(body))
        hashes = [*self._hashes, *script_hashes(body.decode("utf-8", "replace"))]
        headers["Content-Security-Policy"] = policy(hashes)
        if self._unpacks and "content-encoding" not in headers:
            body = gzip.compress(body, _EFFORT)
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
            headers.add_vary_header("Accept-Encoding")
        self._held.clear()
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _packed(packer: zlib._Compress, message: Message) -> bytes:
    """A part of a stream, packed so that it can be read before the next one comes."""
    last = not message.get("more_body", False)
    ending = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
    return packer.compress(message.get("body", b"")) + packer.flush(ending)
