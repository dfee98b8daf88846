from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from entdemo.ui.traffic import TrafficLog, kind_of, preferred_language, visitor_of


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/", "page"),
        ("GET", "/cases/small/ear-left-0", "picture"),
        ("GET", "/health", "health"),
        ("GET", "/ready", "health"),
        ("GET", "/assets/index.js", "part"),
        ("POST", "/gradio_api/upload", "upload"),
        ("POST", "/gradio_api/queue/join", "question"),
        ("POST", "/gradio_api/call/predict", "question"),
        ("POST", "/login/", "login"),
    ],
)
def test_what_a_request_asks_for(method: str, path: str, kind: str) -> None:
    assert kind_of(method, path) == kind


def scope(peer: str, forwarded: str = "") -> dict[str, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "http", "method": "GET", "path": "/", "client": (peer, 1), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("8.8.8.8", "", "8.8.8.8"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("2a00:1450:1:2:3:4:5:6", "", "2a00:1450:1:2::/64"),
    ],
)
def test_who_asks(peer: str, forwarded: str, visitor: str) -> None:
    assert visitor_of(scope(peer, forwarded)) == visitor


def test_a_request_without_an_address_is_a_visitor_too() -> None:
    assert visitor_of({"type": "http", "headers": []}) == "None"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en-GB,vi;q=0.5", "en"), ("", "en"), ("fr", "en")],
)
def test_the_language_that_comes_first_is_spoken(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


def logged(caplog: pytest.LogCaptureFixture, app: Any, **request: Any) -> list[str]:
    async def send(_: Any) -> None:
        pass

    with caplog.at_level(logging.INFO, logger="entdemo.traffic"):
        asyncio.run(TrafficLog(app)(scope("8.8.8.8") | request, None, send))  # type: ignore[arg-type]
    return caplog.messages


def test_a_line_holds_kind_status_and_time_alone(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = logged(caplog, PlainTextResponse("x"), method="POST", path="/secret/upload")
    kind, status, _, unit = line.split()
    assert (kind, status, unit) == ("upload", "200", "ms")


def test_pictures_and_parts_are_noted_only_when_refused(caplog: pytest.LogCaptureFixture) -> None:
    assert logged(caplog, PlainTextResponse("x"), path="/cases/small/1") == []
    (line,) = logged(caplog, PlainTextResponse("x", 404), path="/cases/small/Nguyen")
    assert line.startswith("picture 404 ")
    assert "Nguyen" not in line


def test_a_failing_request_is_noted_and_goes_on_failing(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("of a patient")

    with pytest.raises(RuntimeError):
        logged(caplog, broken)
    assert caplog.messages[0].startswith("page 500 ")
    assert "patient" not in caplog.text
