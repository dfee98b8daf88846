from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp

from entdemo.ui.headers import SecurityHeaders, policy, script_hashes

HASH_OF_ONE = "'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"


def answer(app: ASGIApp, head: str = "", unpacks: str = "") -> tuple[dict[str, str], bytes]:
    """Headers and body of an answer to one request."""
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "scheme": "https",
    }
    scope["headers"] = [(b"accept-encoding", unpacks.encode()), (b"host", b"ent.example")]
    asyncio.run(SecurityHeaders(app, head)(scope, receive, send))
    assert [message["type"] for message in sent[:1]] == ["http.response.start"]
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in sent[1:])


def test_a_hash_is_that_of_the_text_between_the_tags() -> None:
    assert script_hashes("<p></p><script data-x>1</script>") == [HASH_OF_ONE]
    assert script_hashes('<script type="module" src="./a.js"></script>') == []


def test_a_page_may_run_its_own_scripts_and_those_of_its_head_alone() -> None:
    headers, body = answer(HTMLResponse("<script>1</script>"), head="<script>2</script>")
    rule = headers["content-security-policy"].rpartition("script-src ")[2]
    assert body == b"<script>1</script>"
    assert rule.split()[:2] == ["'self'", "'unsafe-eval'"]
    assert set(rule.split()[2:]) == {HASH_OF_ONE, *script_hashes("<script>2</script>")}
    assert "unsafe-inline" not in rule


def test_a_page_is_packed_for_who_can_unpack_it_and_still_runs_its_scripts() -> None:
    page = HTMLResponse("<script>1</script>" + "x" * 5000)
    headers, body = answer(page, unpacks="gzip, br")
    assert gzip.decompress(body) == page.body
    assert len(body) == int(headers["content-length"]) < 200
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert HASH_OF_ONE in headers["content-security-policy"]
    assert "content-encoding" not in answer(page, unpacks="br")[0]
    assert "content-encoding" not in answer(PlainTextResponse("x" * 5000), unpacks="gzip")[0]


def test_a_shared_link_shows_the_pages_own_name_and_picture() -> None:
    page = HTMLResponse('<head><meta property="og:title" content="Gradio" /></head>x')
    sent = answer(page)[1].decode()
    assert "Gradio" not in sent
    assert 'content="entdemo · Similar cases in ENT endoscopy"' in sent
    assert 'property="og:url" content="https://ent.example/"' in sent


def test_a_page_has_a_first_line_before_its_scripts_run() -> None:
    sent = answer(HTMLResponse("<body><script>1</script></body>"))[1].decode()
    assert sent.index("For teaching, not for diagnosis.") < sent.index("</body>")


@pytest.mark.parametrize(
    "response", [HTMLResponse("x"), PlainTextResponse("x")], ids=["page", "text"]
)
def test_every_answer_carries_the_headers(response: ASGIApp) -> None:
    headers, _ = answer(response)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "frame-ancestors 'self' https://huggingface.co" in headers["content-security-policy"]


def test_a_page_in_parts_arrives_whole() -> None:
    async def parts() -> Any:
        for part in ("<script>", "1", "</script>"):
            yield part

    headers, body = answer(StreamingResponse(parts(), media_type="text/html"))
    assert body == b"<script>1</script>"
    assert HASH_OF_ONE in headers["content-security-policy"]


def test_a_stream_is_packed_and_each_part_can_be_read_at_once() -> None:
    parts = [b"data: " + b"a" * 4000 + b"\n\n", b"data: b\n\n"]
    read: list[bytes] = []
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)

    async def stream() -> Any:
        for part in parts:
            yield part

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            assert len(message["body"]) < 200
            read.append(unpacker.decompress(message["body"]))

    scope: dict[str, Any] = {"type": "http", "headers": [(b"accept-encoding", b"gzip")]}
    response = StreamingResponse(stream(), media_type="text/event-stream")
    asyncio.run(SecurityHeaders(response, "")(scope, receive, send))
    assert read == [*parts, b""]
    assert unpacker.eof


def test_nothing_from_another_site_is_allowed_but_framing_by_the_hub() -> None:
    rules = policy().split("; ")
    assert [rule for rule in rules if "http" in rule] == [
        "frame-ancestors 'self' https://huggingface.co"
    ]
    assert not any("*" in rule for rule in rules)
