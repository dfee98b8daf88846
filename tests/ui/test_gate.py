"""The gate, by real requests to a served page, and by requests as a proxy passes them on."""

from __future__ import annotations

import asyncio
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from entdemo.ui.gate import body
from entdemo.ui.gate.callers import Access
from entdemo.ui.gate.gate import Gate
from entdemo.ui.gate.routes import rule_of
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

JOIN = "gradio_api/queue/join"


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> FakePredictor:
    return FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))


@pytest.fixture(scope="module")
def url(predictor: FakePredictor) -> Iterator[str]:
    with served(predictor) as address:
        yield address


@pytest.fixture(scope="module")
def guarded(predictor: FakePredictor) -> Iterator[str]:
    """A page that asks for a login."""
    with served(predictor, auth=("user", "word")) as address:
        yield address


def status(url: str, method: str = "GET", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(method, url, headers=named, timeout=20).status_code


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", ""])
def test_a_name_that_was_bound_to_this_computer_is_refused(url: str, host: str) -> None:
    for path in ("", "health", "cases/small/ear-left-0"):
        assert status(url + path, Host=host) == 403


def test_loopback_by_name_and_address_is_served(url: str) -> None:
    port = httpx.URL(url).port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "LOCALHOST"):
        assert status(url + "health", Host=host) == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
@pytest.mark.parametrize("path", ["config", "cases/small/ear-left-0", JOIN, "sheet"])
def test_another_origin_neither_reads_nor_changes(url: str, origin: str, path: str) -> None:
    method = "POST" if path in (JOIN, "sheet") else "GET"
    answer = httpx.request(method, url + path, headers={"Origin": origin})
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
    asked = httpx.options(
        url + path, headers={"Origin": origin, "Access-Control-Request-Method": method}
    )
    assert asked.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_picture_on_a_foreign_page_is_not_sent(url: str, site: str) -> None:
    picture = url + "cases/small/ear-left-0"
    assert status(picture, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors") == 403
    assert status(picture, Sec_Fetch_Site="same-origin") == 200
    # A link leads to the page, and nowhere else.
    assert status(url, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate") == 200
    assert status(picture, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate") == 403


def test_the_page_itself_may_ask(url: str) -> None:
    answer = httpx.post(url + JOIN, json={}, headers={"Origin": url.rstrip("/")})
    assert answer.status_code == 422
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    ["openapi.json", "gradio_api/openapi.json", "docs", "gradio_api/file=https://127.0.0.1/x",
     "gradio_api/deep_link", "gradio_api/token", "gradio_api/user", "logout", "monitoring",
     "gradio_api/custom_component/x/client/component/a.js", "gradio_api/dev/reload",
     "gradio_api/queue/status", "manifest.json", "svelte/x", "gradio_api/run-history/buckets",
     "gradio_api/call/other/1", "gradio_api/vibe-code"],
)  # fmt: skip
def test_what_the_page_does_not_use_is_not_there(url: str, path: str) -> None:
    answer = httpx.get(url + path)
    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["process_recording", "component_server", "cancel", "reset", "run/predict", "stream/x"]
)
def test_what_the_page_does_not_use_takes_nothing(url: str, path: str) -> None:
    assert httpx.post(f"{url}gradio_api/{path}", json={}).status_code == 404


def test_who_watches_over_the_app_needs_no_login(guarded: str) -> None:
    assert [status(guarded + path) for path in ("health", "ready")] == [200, 200]


@pytest.mark.parametrize("path", ["config", "gradio_api/info", "cases/small/ear-left-0"])
def test_a_login_is_asked_for_before_all_but_the_page_itself(guarded: str, path: str) -> None:
    assert status(guarded + path) == 401
    assert status(guarded) == 200


def sent_slowly(url: str, head: str, data: bytes = b"") -> bytes:
    """The status line that answers a request whose body never ends."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port), timeout=10) as connection:
        connection.sendall(f"{head}\r\nHost: {address.host}\r\n\r\n".encode() + data)
        return connection.recv(15)


@pytest.mark.parametrize("path", [JOIN, "gradio_api/upload", "sheet"])
def test_without_a_login_no_body_is_read(guarded: str, path: str) -> None:
    start = time.monotonic()
    answer = sent_slowly(guarded, f"POST /{path} HTTP/1.1\r\nContent-Length: 1000")
    assert answer.startswith(b"HTTP/1.1 401")
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("path", [JOIN, "gradio_api/upload", "sheet", "login"])
def test_a_body_that_claims_too_much_is_refused_unread(url: str, path: str) -> None:
    start = time.monotonic()
    answer = sent_slowly(url, f"POST /{path} HTTP/1.1\r\nContent-Length: 60000000")
    assert answer.startswith(b"HTTP/1.1 413")
    assert time.monotonic() - start < 1


def test_a_body_that_claims_nothing_is_counted(url: str) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 65536

    answer = httpx.post(url + JOIN, content=parts(), headers={"Accept-Language": "vi"})
    assert answer.status_code == 413
    assert answer.json()["detail"].startswith("Dữ liệu gửi lên lớn hơn 1 MB")


def test_bodies_of_one_visitor_are_bounded_together(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "MOST_HELD", 100_000)
    address = httpx.URL(url)
    with ExitStack() as open_ones:
        waiting = []
        for _ in range(3):
            one = socket.create_connection((address.host, address.port), timeout=10)
            waiting.append(open_ones.enter_context(one))
            head = f"POST /{JOIN} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: 60000\r\n\r\n"
            one.sendall(head.encode() + b" " * 40_000)
        (refused,), _, _ = select.select(waiting, [], [], 10)
        assert refused.recv(12) == b"HTTP/1.1 429"
        other = next(one for one in waiting if one is not refused)
        other.sendall(b" " * 20_000)
        assert other.recv(12) == b"HTTP/1.1 422"
    assert httpx.post(url + JOIN, content=b" " * 90_000).status_code == 422


def test_who_still_sends_is_heard_for_a_while_after_the_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection that is closed on unread bytes is reset, and the answer lost."""
    monkeypatch.setattr(body, "LINGER_S", 0.2)
    happened: list[str] = []

    async def receive() -> Message:
        happened.append("heard")
        return {"type": "http.request", "body": bytes(16 * 1024), "more_body": True}

    async def send(message: Message) -> None:
        happened.append("told" if message.get("body") else "ended" if "body" in message else "")

    asked = {**scope("8.8.8.8", host="evil.example"), "method": "POST", "path": f"/{JOIN}"}
    asyncio.run(Gate(PlainTextResponse("in"), Access(), "", None)(asked, receive, send))
    assert happened == ["", "told", *["heard"] * 4, "ended"]


def test_files_are_sent_one_by_one(url: str) -> None:
    one = ("files", ("a.png", b"a", "image/png"))
    assert httpx.post(f"{url}gradio_api/upload", files=[one]).status_code == 200
    assert httpx.post(f"{url}gradio_api/upload", files=[one, one]).status_code == 413


def test_a_body_that_stops_coming_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PAUSE_S", 0.2)
    answer = sent_slowly(url, f"POST /{JOIN} HTTP/1.1\r\nContent-Length: 1000", b"{")
    assert answer.startswith(b"HTTP/1.1 408")


def scope(peer: str, **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return {"type": "http", "scheme": "http", "client": (peer, 1), "headers": pairs}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("10.0.0.7", "9.9.9.9", "9.9.9.9"),
        ("10.0.0.7", "1.1.1.1, 9.9.9.9, 10.2.3.4", "9.9.9.9"),
        ("10.0.0.7", "nonsense", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
    ],
)
def test_only_a_stated_proxy_names_the_visitor(peer: str, forwarded: str, client: str) -> None:
    access = Access(proxies=(ip_network("10.0.0.0/8"),))
    seen = access.believed(scope(peer, x_forwarded_for=forwarded, x_forwarded_proto="https"))
    assert seen["client"][0] == client
    assert seen["headers"] == []
    assert seen["scheme"] == ("https" if peer.startswith("10.") else "http")


def test_a_claimed_address_passes_no_limit_of_a_served_page(url: str) -> None:
    form = {"username": "user", "password": "no"}
    statuses = [
        httpx.post(f"{url}login", data=form, headers={"X-Forwarded-For": f"8.8.8.{n}"}).status_code
        for n in range(12)
    ]
    assert statuses[-1] == 429


def test_the_route_of_a_case_is_one_name_deep() -> None:
    assert rule_of("GET", "/cases/small/ear-left-0")
    assert rule_of("GET", "/cases/small/../../x") is None
    assert rule_of("PUT", "/sheet") is None
