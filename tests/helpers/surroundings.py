"""Surroundings that make careless programs fail, one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

_CERTIFICATES = "/nowhere/certificates.pem"

_PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
_SOCKS = {"ALL_PROXY": "socks5://someone:secret@127.0.0.1:9"}
_NO_CERTIFICATES = {"SSL_CERT_FILE": _CERTIFICATES, "REQUESTS_CA_BUNDLE": _CERTIFICATES}

HOSTILE = {**_PROXY, **_SOCKS, **_NO_CERTIFICATES}


def _taken_folder(folder: Path) -> dict[str, str]:
    """A folder for temporary files in which Gradio's own is not to be written, as another user's
    is not; a file stands for it, since the superuser may write everywhere."""
    (folder / "gradio").touch()
    return {"TMPDIR": str(folder)}


def _no_home(_: Path) -> dict[str, str]:
    return {"HOME": "/proc/nowhere", "ENTDEMO_DATA": "/proc/nowhere/.local/share/entdemo"}


SURROUNDINGS: Mapping[str, Callable[[Path], dict[str, str]]] = {
    "a proxy without exceptions": lambda _: {**_PROXY, "no_proxy": "", "NO_PROXY": ""},
    "a SOCKS proxy": lambda _: dict(_SOCKS),
    "no certificates": lambda _: dict(_NO_CERTIFICATES),
    "another user's folder": _taken_folder,
    "an IPv6 address": lambda _: {"ENTDEMO_HOST": "::1"},
    "a home that cannot be written": _no_home,
}
"""Variables by what they stand for; each may put something into an empty folder first."""
