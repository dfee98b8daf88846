from __future__ import annotations

import threading

from starlette.applications import Starlette
from starlette.testclient import TestClient

from entdemo.ui.health import ready_route


def test_it_is_ready_once_the_start_is_over_and_until_the_end() -> None:
    ready = threading.Event()
    client = TestClient(Starlette(routes=[ready_route(ready.is_set)]))
    early = client.get("/ready")
    assert (early.status_code, early.json()) == (503, {"status": "waiting"})
    assert int(early.headers["retry-after"]) > 0
    ready.set()
    assert (client.get("/ready").status_code, client.head("/ready").status_code) == (200, 200)
    ready.clear()
    assert client.get("/ready").status_code == 503
