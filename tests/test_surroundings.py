"""Proxies, certificates and homes of other people's computers: commands work all the same."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from entdemo import surroundings
from entdemo.surroundings import make_usable, reach_directly
from tests.helpers.surroundings import HOSTILE


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):  # set first, so that what is set now is undone
        monkeypatch.setenv(name, "")
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(surroundings, "find_spec", lambda _: None)


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.usefixtures("hostile")
def test_this_computer_is_reached_without_a_proxy(capsys: pytest.CaptureFixture[str]) -> None:
    make_usable()
    told = capsys.readouterr().err
    assert "ALL_PROXY" in told
    assert "secret" not in told
    assert told.count("/nowhere/certificates.pem") == 2
    server = HTTPServer(("127.0.0.1", 0), _Answer)
    Thread(target=server.handle_request, daemon=True).start()
    assert httpx.get(f"http://127.0.0.1:{server.server_port}/").status_code == 200
    server.server_close()
    make_usable()
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("hostile")
def test_what_was_listed_stays_and_a_host_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "clinic.example, 10.0.0.1")
    make_usable()
    reach_directly("192.168.1.5")
    assert os.environ["no_proxy"].split(",") == [
        "clinic.example", "10.0.0.1", "localhost", "127.0.0.1", "::1", "192.168.1.5",
    ]  # fmt: skip


def test_what_works_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("no_proxy", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    make_usable()
    assert os.environ["https_proxy"] == "http://proxy.example:3128"
    assert capsys.readouterr().err == ""
