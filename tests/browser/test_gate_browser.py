"""Pages of other origins in a real browser: nothing is read, nothing is changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.helpers.browsing import CHROMIUM, FLAGS, needs_chromium
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

pytestmark = needs_chromium

ATTACK = """async (target) => {
    const told = [];
    const attempt = async (name, work) => told.push([name, await work().catch(() => "refused")]);
    const plain = { "Content-Type": "text/plain" };
    for (const credentials of ["omit", "include"]) {
        for (const path of ["config", "health", "cases/small/ear-left-0"])
            await attempt(path, async () =>
                (await (await fetch(target + path, { credentials })).text()).slice(0, 20));
        for (const path of ["gradio_api/queue/join", "gradio_api/upload", "sheet", "login"])
            await attempt(path, async () => (await fetch(
                target + path, { method: "POST", credentials, headers: plain, body: "{}" }
            )).status);
        await attempt("blind", async () => (await fetch(target + "gradio_api/queue/join", {
            method: "POST", mode: "no-cors", credentials, headers: plain, body: "{}"
        })).status || "opaque");
    }
    const picture = new Image();
    picture.src = target + "cases/small/ear-left-0";
    await attempt("picture", async () => { await picture.decode(); return picture.width; });
    return told;
}"""


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """Port of a site that is not the app."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.mark.parametrize("login", [None, ("user", "word")], ids=["open", "login"])
def test_a_page_of_another_origin_gets_nothing(
    login: tuple[str, str] | None,
    elsewhere: int,
    browser: Browser,
    tmp_path: Path,
) -> None:
    with served(FakePredictor(fake_gallery(tmp_path)), auth=login) as url:
        port = httpx.URL(url).port
        context = browser.new_context()
        page = context.new_page()
        if login:
            form = {"username": login[0], "password": login[1]}
            assert context.request.post(f"{url}login", form=form).ok
        for name in ("127.0.0.1", "localhost"):
            page.goto(f"http://{name}:{elsewhere}/")
            for target in (url, f"http://localhost:{port}/"):
                told = page.evaluate(ATTACK, target)
                got = [one for one in told if one[1] not in ("refused", "opaque")]
                assert len(told) == 17
                assert got == []
        context.close()


REBOUND = """async () => {
    const told = [];
    for (const [method, path] of [
        ["GET", "config"], ["GET", "health"], ["GET", "cases/small/ear-left-0"],
        ["POST", "gradio_api/queue/join"], ["POST", "gradio_api/upload"], ["POST", "login"],
    ]) told.push((await fetch("/" + path, { method })).status);
    return told;
}"""


def test_a_site_whose_name_is_bound_to_this_computer_gets_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    """To the browser the app is then the site's own origin; the name alone tells."""
    flags = [
        *FLAGS,
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
        "--disable-features=LocalNetworkAccessChecks",  # of some browsers alone
    ]
    with served(FakePredictor(fake_gallery(tmp_path))) as url:
        site = f"http://evil.example:{httpx.URL(url).port}/"
        rebound = browser.browser_type.launch(executable_path=str(CHROMIUM), args=flags)
        page = rebound.new_page()
        page.route(site, lambda route: route.fulfill(content_type="text/html", body="<p>site"))
        page.goto(site)
        assert page.evaluate(REBOUND) == [403] * 6
        rebound.close()
