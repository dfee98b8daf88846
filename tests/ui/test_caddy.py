"""The page behind the real Caddy with TLS, as ``docs/app.md`` sets it up."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network

import httpx
import pytest

from entdemo.settings import ROOT
from entdemo.ui.gate.callers import Access, names
from entdemo.ui.page import launch_options
from tests.helpers.serving import free_port, served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

CADDY = shutil.which("caddy", path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")
pytestmark = pytest.mark.skipif(CADDY is None, reason="needs caddy")

SITE = "ent.example.org"
AROUND = """
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    storage file_system {folder}/caddy
}}
https://{site}:{port} {{
    bind 127.0.0.1
    tls internal
    {recipe}
}}
"""


def recipe(url: str) -> str:
    """What the docs tell to write into the Caddyfile, for an app at ``url``."""
    page = (ROOT / "docs" / "app.md").read_text("utf-8")
    (line,) = re.findall(r"`(reverse_proxy [^`]+)`", page)
    return str(line).replace("127.0.0.1:7860", url.removeprefix("http://").rstrip("/"))


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Somebody at another address than the proxy's, who asks for the site by its name."""
    folder = tmp_path_factory.mktemp("caddy")
    predictor = FakePredictor(fake_gallery(folder))
    access = Access(names([SITE]), (ip_network("127.0.0.1"),))
    app = launch_options(predictor, access)["app_kwargs"]  # type: ignore[arg-type]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    way = httpx.HTTPTransport(verify=context, local_address="127.0.0.2", retries=5)
    with served(predictor, auth=("user", "word"), app_kwargs=app) as url:
        port = free_port()
        text = AROUND.format(folder=folder, port=port, site=SITE, recipe=recipe(url))
        (folder / "Caddyfile").write_text(text, "utf-8")
        process = subprocess.Popen(
            [str(CADDY), "run", "--config", str(folder / "Caddyfile")],
            env=os.environ | {"HOME": str(folder)},
            stderr=subprocess.DEVNULL,
        )
        headers, named = {"Host": SITE}, {"sni_hostname": SITE}
        try:
            with httpx.Client(
                base_url=f"https://127.0.0.1:{port}/", transport=way, headers=headers, timeout=30,
                event_hooks={"request": [lambda it: it.extensions.update(named)]},
            ) as client:  # fmt: skip
                yield client
        finally:
            process.terminate()
            process.wait(20)


def test_the_page_works_through_the_recipe_of_the_docs(visitor: httpx.Client) -> None:
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


def test_a_claimed_address_passes_no_limit_through_the_proxy(visitor: httpx.Client) -> None:
    wrong = {"username": "user", "password": "no"}
    statuses = [
        visitor.post("login", data=wrong, headers={"X-Forwarded-For": f"8.8.8.{n}"}).status_code
        for n in range(12)
    ]
    assert statuses[-1] == 429
