"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from huggingface_hub.utils._http import close_session

from benchmarks.fixtures.hub_client_settings import LOOPBACK, use_hub
from benchmarks.fixtures.hub_server import Hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Before anything imports torch: workers that each use all cores wait for one another.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))

# No test reads or writes the data of whoever runs it.
_DATA = tempfile.TemporaryDirectory(prefix="entdemo-tests-")
os.environ["ENTDEMO_DATA"] = _DATA.name

# Nor does a test time the processor, or get numbers that depend on how fast it is.
os.environ["ENTDEMO_PRECISION"] = "fp32"

LOCAL_NAMES = (*LOOPBACK, "0.0.0.0", "::", "", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: begun last, they would keep one worker busy alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def outside_connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Refuse to reach beyond this computer; the list tells the addresses tried."""
    tried: list[object] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            tried.append(address)
            raise ConnectionRefusedError(f"tests do not reach beyond this computer: {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in LOCAL_NAMES:
            tried.append(host)
            raise socket.gaierror(f"tests do not reach beyond this computer: {host}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    return tried


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A local Hub that the client takes for the real one, with an empty cache and no token."""
    server = Hub()
    use_hub(monkeypatch, server.endpoint, tmp_path)
    yield server
    server.close()
    close_session()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    from tests.helpers.browsing import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An English visitor's page at the module's own ``url``."""
    from tests.helpers.browsing import visit

    with visit(browser, url) as page:
        yield page
