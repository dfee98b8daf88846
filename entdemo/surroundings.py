"""What the environment says that would keep a local program from working.

Libraries read these variables when they are imported, some only to fail: before that they are put
right or taken away, and what was taken away is told.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from entdemo.errors import SettingError, UserError

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PROXIES = ("all_proxy", "http_proxy", "https_proxy")
_CERTIFICATES = ("ssl_cert_file", "requests_ca_bundle", "curl_ca_bundle")


def make_usable() -> None:
    """Take away what cannot work, tell it on stderr, and reach this computer without a proxy."""
    reach_directly(*_LOOPBACK)
    for told in _taken_away():
        print(told, file=sys.stderr)


def reach_directly(*hosts: str) -> None:
    """Let no request to these names or addresses of this computer go through a proxy."""
    for name in ("no_proxy", "NO_PROXY"):
        listed = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
        os.environ[name] = ",".join(dict.fromkeys([*listed, *hosts]))


def _taken_away() -> Iterator[UserError]:
    for name, value in list(os.environ.items()):
        if name.lower() in _PROXIES and _is_socks(value):
            yield SettingError("surroundings.socks", name=name, value=_without_login(value))
        elif name.lower() in _CERTIFICATES and value and not _holds_certificates(value):
            yield SettingError("surroundings.certificates", name=name, value=value)
        else:
            continue
        del os.environ[name]


def _is_socks(address: str) -> bool:
    return address.lower().startswith("socks") and find_spec("socksio") is None


def _without_login(address: str) -> str:
    """A proxy's address without the password that may stand in it."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _holds_certificates(path: str) -> bool:
    try:
        ssl.create_default_context(cafile=path)
    except OSError:
        return False
    return True
