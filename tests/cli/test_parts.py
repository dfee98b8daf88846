"""What an installation lacks is named in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entdemo.cli.main import app
from entdemo.errors import MissingPartError


def test_training_without_its_packages_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("entdemo.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "accelerate", None)
    result = CliRunner().invoke(app, ["train", str(tmp_path / "recipe.yaml")])
    assert isinstance(result.exception, MissingPartError)
    assert "accelerate" in str(result.exception)
    assert "entdemo[train]" in str(result.exception)


@pytest.mark.parametrize("command", [["bench", "--quick"], ["ablate", "any.yaml"]])
def test_without_a_checkout_its_commands_say_so(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("benchmarks", "research"):
        for name in [name for name in sys.modules if name.startswith(f"{room}.")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, room, None)
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, MissingPartError)
    assert f"python -m entdemo {command[0]}" in str(result.exception)
