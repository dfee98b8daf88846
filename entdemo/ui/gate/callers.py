"""Who sent a request and where it was sent to, as far as that can be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from entdemo.settings import Network

_FORWARDED = (
    b"forwarded", b"x-real-ip", b"x-gradio-server", b"x-client-ip", b"x-original-url",
    b"x-rewrite-url",
)  # fmt: skip

PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128",
        "fc00::/7",
    )
)  # fmt: skip
"""Networks that nobody is in from outside."""


@dataclass(frozen=True)
class Access:
    """Where the app may be reached, and through what.

    Attributes:
        hosts: names that a ``Host`` may hold beside loopback and the address that was connected to;
            None for any.
        proxies: networks whose forwarded headers are believed.
    """

    hosts: frozenset[str] | None = frozenset()
    proxies: tuple[Network, ...] = ()

    def is_proxy(self, address: str) -> bool:
        """Whether an address is one of the proxies."""
        found = as_address(address)
        return found is not None and any(found in network for network in self.proxies)

    def believed(self, scope: Scope) -> Scope:
        """The request with client, scheme and host as a stated proxy names them.

        Headers that speak for a proxy are taken out, so that nothing behind the gate believes them.
        """
        given = Headers(scope=scope)
        client = scope.get("client")
        headers = [pair for pair in scope["headers"] if not _speaks_for_a_proxy(pair[0])]
        seen = {**scope, "headers": headers}
        if client and self.is_proxy(client[0]):
            seen |= self._forwarded(given, client)
            host = _last(given.get("x-forwarded-host", ""))
            if host:
                headers[:] = [pair for pair in headers if pair[0] != b"host"]
                headers.append((b"host", host.encode("latin-1")))
        return seen

    def _forwarded(self, given: Headers, client: tuple[str, int]) -> dict[str, object]:
        """Client and scheme as the proxies name them; the last one that is no proxy counts, for
        those before it are the client's own claim."""
        chain = [name.strip() for name in given.get("x-forwarded-for", "").split(",")]
        known = [name for name in reversed(chain) if as_address(name)]
        named = next((name for name in known if not self.is_proxy(name)), client[0])
        scheme = _last(given.get("x-forwarded-proto", ""))
        return {"client": (named, 0), "scheme": "https" if scheme == "https" else "http"}

    def is_known_host(self, scope: Scope) -> bool:
        """Whether ``Host`` is loopback, the address that was connected to, or one of the names."""
        if self.hosts is None:
            return True
        name = host_name(Headers(scope=scope).get("host", ""))
        server = scope.get("server")
        return is_loopback(name) or name in self.hosts or (server is not None and name == server[0])


def is_foreign(scope: Scope, *, to_page: bool) -> bool:
    """Whether a page of another origin sent the request.

    Browsers say so and do not let a page say otherwise; programs say nothing.

    Args:
        scope: the request as it is believed, with ``Origin``.
        to_page: it asks for something that a link on another site may lead to.
    """
    headers = Headers(scope=scope)
    if to_page and headers.get("sec-fetch-mode") == "navigate":
        return False
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    return _without_port(urlsplit(origin).netloc) != _without_port(headers.get("host", ""))


def without_origin(scope: Scope) -> Scope:
    """The request without ``Origin``, to which Gradio would answer with leave to read."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"origin"]}


def host_name(host: str) -> str:
    """The name in a ``Host`` header, without port and brackets, in small letters."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if name.count(":") == 1 else name


def is_loopback(name: str) -> bool:
    """Whether a name or address stands for this computer alone."""
    address = as_address(name)
    return name == "localhost" if address is None else address.is_loopback


def as_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, None if the text is none."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def names(hosts: Iterable[str]) -> frozenset[str]:
    """Host names as they are compared."""
    return frozenset(host_name(host) for host in hosts)


def _speaks_for_a_proxy(name: bytes) -> bool:
    return name.startswith(b"x-forwarded-") or name in _FORWARDED


def _last(header: str) -> str:
    """What the nearest proxy said."""
    return header.rpartition(",")[2].strip()


def _without_port(netloc: str) -> str:
    """Host and port in small letters, without the ports that need not be said."""
    return netloc.lower().removesuffix(":80").removesuffix(":443")
