"""The page behind the real nginx with TLS, as ``docs/app.md`` sets it up."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from entdemo.settings import ROOT
from tests.helpers.proxies import (
    SITE,
    check_claimed_addresses_pass_no_limit,
    check_the_page_works,
    page_with_login,
    running,
    visiting,
)
from tests.helpers.serving import free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="needs nginx"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate"),
]

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
    with page_with_login(folder) as url:
        port, file = free_port(), folder / "nginx.conf"
        file.write_text(AROUND.format(folder=folder, port=port, recipe=recipe(url)), "utf-8")
        with running([str(NGINX), "-p", str(folder), "-c", str(file)], folder):
            yield port


@pytest.fixture
def visitor(proxied: int) -> Iterator[httpx.Client]:
    """Visits it."""
    with visiting(proxied) as client:
        yield client


def test_the_page_works_through_the_recipe_of_the_docs(visitor: httpx.Client) -> None:
    check_the_page_works(visitor)


def test_only_the_name_of_the_site_is_served(visitor: httpx.Client) -> None:
    assert visitor.get("health").status_code == 200
    assert visitor.get("health", headers={"Host": "evil.example"}).status_code == 403


def test_a_claimed_address_passes_no_limit_through_the_proxy(visitor: httpx.Client) -> None:
    check_claimed_addresses_pass_no_limit(visitor)
