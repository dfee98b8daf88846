from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from entdemo.ui import buckets as bucket_file
from entdemo.ui.buckets import Allowance, Buckets
from entdemo.ui.limits import RateLimit

FLOOD = 125


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> Buckets:
    return Buckets(Allowance(burst=3, per_second=0.5), clock)


def test_a_burst_is_served_and_then_a_wait_is_named(buckets: Buckets) -> None:
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]


def test_tokens_come_back_at_the_rate_up_to_the_burst(buckets: Buckets, clock: Clock) -> None:
    for _ in range(4):
        buckets.take("a")
    clock.now = 2
    assert [buckets.take("a"), buckets.take("a")] == [0, 2]
    clock.now = 1000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]


def test_one_visitor_does_not_use_up_another_ones_tokens(buckets: Buckets) -> None:
    for _ in range(9):
        buckets.take("a")
    assert buckets.take("b") == 0


def test_asking_while_refused_does_not_lengthen_the_wait(buckets: Buckets) -> None:
    for _ in range(50):
        wait = buckets.take("a")
    assert wait == 2


def test_those_unused_for_longest_are_forgotten(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_file, "_MOST_VISITORS", 2)
    for _ in range(4):
        buckets.take("a")
    buckets.take("b")
    assert buckets.take("a") == 2
    buckets.take("c")
    assert buckets.take("a") == 2
    assert len(buckets._held) == 2


def ask(app: RateLimit, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of the answer to one request from 203.0.113.5."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "client": ("203.0.113.5", 1),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(app(scope, None, send))  # type: ignore[arg-type]
    named = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], named, sent[1]["body"]


@pytest.fixture
def limited() -> RateLimit:
    return RateLimit(PlainTextResponse("served"))


def test_a_flood_is_turned_away_with_a_sentence_in_the_visitors_language(
    limited: RateLimit,
) -> None:
    answers = [ask(limited, "POST", "/gradio_api/queue/join") for _ in range(FLOOD)]
    assert [status for status, _, _ in answers[:120]] == [200] * 120
    status, headers, body = ask(limited, "POST", "/gradio_api/upload", accept_language="vi-VN")
    assert status == 429
    assert int(headers["retry-after"]) >= 1
    assert json.loads(body)["detail"].startswith("Có quá nhiều yêu cầu")
    assert ask(limited, "GET", "/")[0] == 200


def test_passwords_can_be_tried_a_few_times_only(limited: RateLimit) -> None:
    statuses = [ask(limited, "POST", "/login")[0] for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_a_first_visit_and_a_busy_class_are_never_turned_away(
    limited: RateLimit,
) -> None:
    visits = [ask(limited, "GET", "/assets/part.js")[0] for _ in range(1500)]
    assert set(visits) == {200}


def test_a_claimed_address_does_not_count(limited: RateLimit) -> None:
    claims = [ask(limited, "POST", "/login", x_forwarded_for=f"8.8.8.{n}")[0] for n in range(12)]
    assert claims[-1] == 429
