"""Settings of the environment, and how a wrong one is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from entdemo import settings
from entdemo.errors import SettingError
from entdemo.settings import (
    DEFAULT_GALLERY,
    DEFAULT_WEIGHTS,
    ServeSettings,
    Settings,
    read_settings,
)


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but a data folder, and a checkout without own cases."""
    for name in (
        "WEIGHTS",
        "GALLERY",
        "DEVICE",
        "PRECISION",
        "HOST",
        "PORT",
        "AUTH",
        "EDIT",
        "HOSTS",
        "PROXIES",
    ):
        monkeypatch.delenv(f"ENTDEMO_{name}", raising=False)
    monkeypatch.setenv("ENTDEMO_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(settings, "_CHECKOUT_GALLERY", tmp_path / "checkout")


@pytest.mark.parametrize(
    ("edit", "host", "may"),
    [
        ("", "127.0.0.1", True),
        ("", "localhost", True),
        ("", "::1", True),
        ("", "[::1]", True),
        ("", "0.0.0.0", False),
        ("", "::", False),
        ("", "192.168.1.7", False),
        ("on", "0.0.0.0", True),
        ("off", "127.0.0.1", False),
    ],
)
def test_only_the_person_at_this_computer_edits_unless_it_is_set(
    edit: str, host: str, may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTDEMO_EDIT", edit)
    monkeypatch.setenv("ENTDEMO_HOST", host)
    assert ServeSettings().may_edit is may


@pytest.mark.parametrize(
    ("host", "auth", "anyone"),
    [
        ("0.0.0.0", "", True),
        ("::", "", True),
        ("192.168.1.4", "", True),
        ("0.0.0.0", "user:word", False),
        ("127.0.0.1", "", False),
        ("::1", "", False),
    ],
)
def test_an_address_for_others_without_a_login_lets_anyone_in(
    host: str, auth: str, anyone: bool
) -> None:
    assert ServeSettings(host=host, auth=auth).lets_anyone_in is anyone


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "tcp://10.0.0.1:7860"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("EDIT", "maybe"),
        ("AUTH", "nobody"),
        ("AUTH", ":secret"),
        ("DEVICE", "cpu:x"),
        ("PRECISION", "double"),
        ("DATA", "~nosuchuser/data"),
        ("PROXIES", "proxy.example"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ENTDEMO_{name}", value)
    with pytest.raises(SettingError, match=f"ENTDEMO_{name}") as caught:
        read_settings(ServeSettings)
    for language in ("en", "vi"):
        assert (value in caught.value.text(language)) is (name != "AUTH")  # it holds a password


def test_a_setting_of_serving_alone_does_not_hinder_a_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENTDEMO_PORT", "tcp://10.0.0.1:7860")
    assert read_settings(Settings).device == "auto"


def test_what_is_given_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTDEMO_PORT", "8000")
    monkeypatch.setenv("ENTDEMO_DEVICE", "cuda:1")
    found = read_settings(ServeSettings, port=9000, device=None)
    assert (found.port, found.device) == (9000, "cuda:1")


@pytest.mark.parametrize(("name", "value"), [("HOSTS", "a.example, b"), ("PROXIES", "127.0.0.1")])
def test_whoever_is_reached_through_others_does_not_let_visitors_edit(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ENTDEMO_{name}", value)
    assert not ServeSettings().may_edit
    assert ServeSettings(edit=True).may_edit
    assert len(getattr(ServeSettings(), name.lower())) == value.count(",") + 1


def test_a_login_is_user_and_password() -> None:
    assert ServeSettings().login is None
    assert ServeSettings(auth="ann:a:b").login == ("ann", "a:b")


def test_own_weights_and_cases_serve_where_they_are_unless_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Settings()
    assert (found.weights, found.gallery) == (str(DEFAULT_WEIGHTS), str(DEFAULT_GALLERY))
    for folder, file in ((found.own_weights, "entdemo.json"), (found.own_gallery, "gallery.json")):
        assert folder.is_relative_to(tmp_path / "data")
        folder.mkdir(parents=True)
        (folder / file).touch()
    own = Settings()
    assert (own.weights, own.gallery) == (str(found.own_weights), str(found.own_gallery))
    monkeypatch.setenv("ENTDEMO_GALLERY", "elsewhere")
    monkeypatch.setenv("ENTDEMO_WEIGHTS", "owner/name")
    named = Settings()
    assert (named.weights, named.gallery) == ("owner/name", "elsewhere")


def test_own_cases_that_lie_in_a_checkout_are_used_on(tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "gallery.json").touch()
    found = Settings()
    assert found.gallery == str(found.own_gallery) == str(tmp_path / "checkout")


def test_a_data_folder_that_may_not_be_read_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat

    def denied(path: Any, *rest: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(str(tmp_path)):
            raise PermissionError(errno.EACCES, "denied", str(path))
        return stat(path, *rest, **options)

    monkeypatch.setattr(os, "stat", denied)
    found = read_settings(Settings)
    assert found.weights == str(DEFAULT_WEIGHTS)
    assert found.gallery == str(DEFAULT_GALLERY)
