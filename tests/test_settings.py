from __future__ import annotations

from pathlib import Path

import pytest

import app
from entdemo import settings
from entdemo.errors import UserError
from entdemo.settings import Settings


@pytest.mark.parametrize(
    ("edit", "host", "may"),
    [
        ("", "127.0.0.1", True),
        ("", "localhost", True),
        ("", "0.0.0.0", False),
        ("", "192.168.1.7", False),
        ("on", "0.0.0.0", True),
        ("off", "127.0.0.1", False),
    ],
)
def test_only_the_person_at_this_computer_edits_unless_it_is_set(
    edit: str, host: str, may: bool
) -> None:
    assert Settings(edit=edit, host=host).may_edit is may


def test_a_space_is_never_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.may_edit(Settings(edit="on"))
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "someone/entdemo")
    assert not app.may_edit(Settings(edit="on"))


def test_any_other_word_is_refused() -> None:
    with pytest.raises(UserError, match="ENTDEMO_EDIT is “yes”"):
        _ = Settings(edit="yes").may_edit


def test_own_cases_serve_where_they_are_unless_a_gallery_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENTDEMO_GALLERY", raising=False)
    monkeypatch.setattr(settings, "OWN_GALLERY", tmp_path)
    assert Settings().gallery == str(settings.DEFAULT_GALLERY)
    (tmp_path / "gallery.json").touch()
    assert Settings().gallery == str(tmp_path)
    monkeypatch.setenv("ENTDEMO_GALLERY", "elsewhere")
    assert Settings().gallery == "elsewhere"
