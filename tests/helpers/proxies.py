"""The page behind a real proxy with TLS, and what must hold behind each of them."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import httpx

from entdemo.ui.gate.callers import Access, names
from entdemo.ui.page import launch_options
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

SITE = "ent.example.org"


@contextmanager
def page_with_login(folder: Path) -> Iterator[str]:
    """Address of a page that knows its site's name and a proxy on loopback."""
    predictor = FakePredictor(fake_gallery(folder))
    access = Access(names([SITE]), (ip_network("127.0.0.1"),))
    app = launch_options(predictor, access)["app_kwargs"]  # type: ignore[arg-type]
    with served(predictor, auth=("user", "word"), app_kwargs=app) as url:
        yield url


@contextmanager
def running(command: Sequence[str], home: Path) -> Iterator[None]:
    """A proxy, until the block ends."""
    process = subprocess.Popen(
        command, env=os.environ | {"HOME": str(home)}, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def visiting(port: int) -> Iterator[httpx.Client]:
    """Somebody at another address than the proxy's, who asks for the site by its name."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    way = httpx.HTTPTransport(verify=context, local_address="127.0.0.2", retries=5)
    named = {"sni_hostname": SITE}
    with httpx.Client(
        base_url=f"https://127.0.0.1:{port}/", transport=way, headers={"Host": SITE}, timeout=30,
        event_hooks={"request": [lambda it: it.extensions.update(named)]},
    ) as client:  # fmt: skip
        yield client


def check_the_page_works(visitor: httpx.Client) -> None:
    """A login whose cookie is secure, the site's own address, and an answer."""
    form = {"username": "user", "password": "word"}
    (cookie,) = visitor.post("login", data=form).headers.get_list("set-cookie")
    assert "; secure" in cookie.lower()
    logged_in = {"Cookie": cookie.partition(";")[0]}
    config = visitor.get("config", headers=logged_in).json()
    assert config["root"].startswith(f"https://{SITE}")
    data = {"data": ["left eardrum", 3]}
    asked = visitor.post("gradio_api/call/search", json=data, headers=logged_in).json()
    answer = visitor.get(f"gradio_api/call/search/{asked['event_id']}", headers=logged_in)
    assert '"ear-left"' in answer.text


def check_claimed_addresses_pass_no_limit(visitor: httpx.Client) -> None:
    """Wrong passwords from ever new claimed addresses are limited as from one."""
    wrong = {"username": "user", "password": "no"}
    statuses = [
        visitor.post("login", data=wrong, headers={"X-Forwarded-For": f"8.8.8.{n}"}).status_code
        for n in range(12)
    ]
    assert statuses[-1] == 429
