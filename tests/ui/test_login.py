"""Logins of a served page: their cookie, their time, their end."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import httpx
import pytest

from entdemo.ui.gate import login
from entdemo.ui.gate.callers import Access
from entdemo.ui.gate.login import LOGIN_S, Logins
from entdemo.ui.header import build_footer
from entdemo.ui.page import launch_options
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

FORM = {"username": "user", "password": "word"}
TLS = {"X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that asks for a login and is reached from this computer as from a proxy."""
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))
    options = launch_options(predictor, Access(proxies=(ip_network("127.0.0.0/8"),)))  # type: ignore[arg-type]
    with served(predictor, auth=("user", "word"), app_kwargs=options["app_kwargs"]) as address:
        yield address


@pytest.fixture
def visitor(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as client:
        assert client.post("login", data=FORM).status_code == 200
        yield client


def test_the_cookie_stays_on_this_site_and_behind_tls_goes_over_it_alone(url: str) -> None:
    (plain,) = httpx.post(f"{url}login", data=FORM).headers.get_list("set-cookie")
    (secure,) = httpx.post(f"{url}login", data=FORM, headers=TLS).headers.get_list("set-cookie")
    for cookie in (plain, secure):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"samesite=lax", "httponly", "path=/", f"max-age={LOGIN_S}"} <= parts
    assert "; secure" not in plain.lower()
    assert "; secure" in secure.lower()


def test_a_cookie_of_tls_is_none_without_it(url: str) -> None:
    cookie = httpx.post(f"{url}login", data=FORM, headers=TLS).headers["set-cookie"].split(";")[0]
    assert httpx.get(f"{url}config", headers={"Cookie": cookie, **TLS}).status_code == 200
    assert httpx.get(f"{url}config", headers={"Cookie": cookie}).status_code == 401


def test_a_logout_ends_one_login_alone(url: str, visitor: httpx.Client) -> None:
    with httpx.Client(base_url=url) as other:
        other.post("login", data=FORM)
        cookies = dict(visitor.cookies)
        assert visitor.get("logout").status_code == 404
        left = visitor.post("logout")
        assert (left.status_code, left.headers["location"]) == (303, "./")
        assert not visitor.cookies
        assert httpx.get(f"{url}config", cookies=cookies).status_code == 401
        assert other.get("config").status_code == 200


def test_no_page_of_another_site_logs_anybody_out(visitor: httpx.Client) -> None:
    assert visitor.post("logout", headers={"Origin": "http://evil.example"}).status_code == 403
    assert visitor.get("config").status_code == 200


def test_a_login_ends_after_its_time(
    visitor: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert visitor.get("config").status_code == 200
    monkeypatch.setattr(login, "LOGIN_S", 0)
    assert visitor.get("config").status_code == 401


def test_only_what_is_old_ends() -> None:
    now = [0.0]
    logins = Logins(lambda: now[0])
    logins["old"] = "user"
    now[0] = LOGIN_S / 2
    logins["new"] = "user"
    logins.end("never")
    now[0] = LOGIN_S
    logins.end_old()
    assert list(logins) == ["new"]


@pytest.mark.parametrize("asks_login", [True, False])
def test_who_logged_in_is_shown_the_way_out(
    asks_login: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("entdemo.ui.header.outlet", lambda _, html: shown.append(html))
    build_footer(asks_login=asks_login)
    assert ('action="logout"' in shown[0]) is asks_login
