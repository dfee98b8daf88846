"""The page behind the real nginx with TLS, as ``docs/app.md`` sets it up."""

from __future__ import annotations

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

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="needs nginx"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate"),
]

SITE = "ent.example.org"
FORM = {"username": "user", "password": "word"}
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
        {recipe}
    }}
}}
"""


def recipe(url: str) -> str:
    """What the docs tell to write into nginx's configuration, for an app at ``url``."""
    page = (ROOT / "docs" / "app.md").read_text("utf-8")
    (block,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    assert "http://127.0.0.1:7860" in block
    return str(block).replace("http://127.0.0.1:7860", url.rstrip("/"))


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port at which nginx answers for a page with a login."""
    folder = tmp_path_factory.mktemp("nginx")
    subject = ["-subj", f"/CN={SITE}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run(command, check=True, capture_output=True)
    predictor = FakePredictor(fake_gallery(folder))
    access = Access(names([SITE]), (ip_network("127.0.0.1"),))
    app = launch_options(predictor, access)["app_kwargs"]  # type: ignore[arg-type]
    with served(predictor, auth=("user", "word"), app_kwargs=app) as url:
        port = free_port()
        text = AROUND.format(folder=folder, port=port, recipe=recipe(url))
        (folder / "nginx.conf").write_text(text, "utf-8")
        process = subprocess.Popen(
            [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        )
        try:
            yield port
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def visitor(proxied: int) -> Iterator[httpx.Client]:
    """Somebody at another address than the proxy's."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    way = httpx.HTTPTransport(verify=context, local_address="127.0.0.2", retries=5)
    url = f"https://127.0.0.1:{proxied}/"
    with httpx.Client(base_url=url, transport=way, headers={"Host": SITE}, timeout=30) as client:
        yield client


def test_the_page_works_through_the_recipe_of_the_docs(visitor: httpx.Client) -> None:
    (cookie,) = visitor.post("login", data=FORM).headers.get_list("set-cookie")
    assert "; secure" in cookie.lower()
    visitor.headers["Cookie"] = cookie.partition(";")[0]
    assert visitor.get("config").json()["root"].startswith(f"https://{SITE}")
    asked = visitor.post("gradio_api/call/search", json={"data": ["left eardrum", 3]})
    with visitor.stream("GET", f"gradio_api/call/search/{asked.json()['event_id']}") as answer:
        assert '"ear-left"' in answer.read().decode()


def test_only_the_name_of_the_site_is_served(visitor: httpx.Client) -> None:
    assert visitor.get("health").status_code == 200
    assert visitor.get("health", headers={"Host": "evil.example"}).status_code == 403


def test_a_claimed_address_passes_no_limit_through_the_proxy(visitor: httpx.Client) -> None:
    wrong = {"username": "user", "password": "no"}
    statuses = [
        visitor.post("login", data=wrong, headers={"X-Forwarded-For": f"8.8.8.{n}"}).status_code
        for n in range(12)
    ]
    assert statuses[-1] == 429
