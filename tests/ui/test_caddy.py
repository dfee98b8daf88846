"""The page behind the real Caddy with TLS, as ``docs/app.md`` sets it up."""

from __future__ import annotations

import re
import shutil
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

CADDY = shutil.which("caddy", path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")
pytestmark = pytest.mark.skipif(CADDY is None, reason="needs caddy")

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
    """Visits a page with a login through Caddy."""
    folder = tmp_path_factory.mktemp("caddy")
    with page_with_login(folder) as url:
        port, file = free_port(), folder / "Caddyfile"
        text = AROUND.format(folder=folder, port=port, site=SITE, recipe=recipe(url))
        file.write_text(text, "utf-8")
        with running([str(CADDY), "run", "--config", str(file)], folder), visiting(port) as client:
            yield client


def test_the_page_works_through_the_recipe_of_the_docs(visitor: httpx.Client) -> None:
    check_the_page_works(visitor)


def test_a_claimed_address_passes_no_limit_through_the_proxy(visitor: httpx.Client) -> None:
    check_claimed_addresses_pass_no_limit(visitor)
