"""Limits of a client's connections, on real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest

from entdemo.ui.gate import connections
from entdemo.ui.gate.callers import Access
from entdemo.ui.gate.connections import bound_connections
from entdemo.ui.page import build_page, launch_options
from tests.helpers.serving import free_port
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

ASK = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(params=["client", "proxy"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where a page is served to a client, or to a stated proxy, that may hold two connections."""
    monkeypatch.setattr(connections, "MOST_A_CLIENT", 2)
    access = Access(proxies=(ip_network("127.0.0.0/8"),) if kind == "proxy" else ())
    predictor = FakePredictor(fake_gallery(tmp_path))
    page, port = build_page(predictor), free_port()  # type: ignore[arg-type]
    options = launch_options(predictor, access) | {"server_port": port}  # type: ignore[arg-type]
    page.launch(prevent_thread_lock=True, server_name="127.0.0.1", **options)
    bound_connections(page, access)
    yield "127.0.0.1", port
    page.close(verbose=False)


def answers(place: tuple[str, int], count: int) -> list[bytes]:
    """The first line that each of so many connections held at once gets."""
    with ExitStack() as open_ones:
        lines = []
        for _ in range(count):
            one = open_ones.enter_context(socket.create_connection(place, timeout=10))
            one.sendall(ASK)
            lines.append(one.recv(12))
        return lines


def test_one_connection_too_many_is_turned_away(place: tuple[str, int], kind: str) -> None:
    third = b"HTTP/1.1 200" if kind == "proxy" else b"HTTP/1.1 429"
    assert answers(place, 3) == [b"HTTP/1.1 200"] * 2 + [third]
    with httpx.Client(transport=httpx.HTTPTransport(retries=3)) as later:
        assert later.get(f"http://{place[0]}:{place[1]}/health").status_code == 200


@pytest.mark.parametrize("kind", ["client"], indirect=True)
@pytest.mark.parametrize("said", [b"", ASK[:30], ASK])
def test_a_head_that_does_not_end_is_given_up(
    place: tuple[str, int], said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SILENCE_S", 0.2)
    with socket.create_connection(place, timeout=4) as silent:
        silent.sendall(said)
        while silent.recv(65536):
            pass
