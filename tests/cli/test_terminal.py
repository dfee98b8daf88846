"""Every command in terminals that lack Vietnamese letters: nothing fails, JSON stays JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from entdemo.boundary import USER_MISTAKE
from entdemo.cli.main import app
from tests.helpers.command_line import entdemo

ENCODINGS = ("ascii", "cp1252")
NAME = "họng 喉 é"


class Places:
    """Made folders, and new ones whose names no such terminal can show."""

    def __init__(self, made: dict[str, Path], new: Path) -> None:
        self.made = made
        self.new = new / NAME
        self.new.mkdir()
        self.frame = self.new / f"{NAME}.jpg"
        shutil.copy(next((made["frames"] / "throat").glob("*.jpg")), self.frame)

    def used(self, *names: str) -> list[str]:
        """Options that name made weights, or a made gallery."""
        return [part for name in names for part in (f"--{name}", str(self.made[name]))]

    def texts(self) -> str:
        file = self.new / "texts.jsonl"
        file.write_text(json.dumps({"text": "màng nhĩ phải", "class": "ear-right"}), "utf-8")
        return str(file)


BOTH = ("weights", "gallery")
WORK: dict[str, Callable[[Places], list[str]]] = {
    "predict": lambda it: [str(it.frame), *it.used(*BOTH)],
    "predict json": lambda it: [str(it.frame), "--json", *it.used(*BOTH)],
    "predict many": lambda it: [str(it.new), *it.used(*BOTH)],
    "predict many json": lambda it: [str(it.new), "--json", *it.used(*BOTH)],
    "search": lambda it: ["thủng màng nhĩ", *it.used(*BOTH)],
    "search json": lambda it: ["thủng màng nhĩ", "--json", *it.used(*BOTH)],
    "handout": lambda it: [str(it.new / "ca.csv"), *it.used("gallery")],
    "evaluate": lambda it: [str(it.made["frames"]), *it.used("weights")],
    "texts": lambda it: [it.texts(), *it.used("weights")],
    "datasets": lambda it: [],
    "datasets json": lambda it: ["--json"],
    "phantom": lambda it: [str(it.new / "frames"), "--n", "1"],
    "gallery build": lambda it: [
        str(it.new / "g"), "--from", str(it.made["frames"]), *it.used("weights"),
    ],
    "gallery verify": lambda it: [str(it.made["gallery"])],
    "gallery export": lambda it: [str(it.made["gallery"]), str(it.new / "g.zip")],
    "weights verify": lambda it: [str(it.made["weights"])],
    "weights pull": lambda it: [str(it.made["weights"]), str(it.new / "w")],
}  # fmt: skip
"""Arguments by command; words behind it tell its ways apart."""

MISTAKES: dict[str, list[str]] = {
    "predict": [f"{NAME}.jpg"],
    "search": ["x", "--weights", NAME],
    "clip": [f"{NAME}.mp4"],
    "handout": [f"{NAME}.pdf", NAME],
    "serve": ["--host", NAME],
    "evaluate": [NAME],
    "robustness": [NAME],
    "texts": [NAME],
    "submit": [NAME, "--track", "1", "--validate", NAME],
    "train": [NAME],
    "adapt": [NAME, "--out", f"{NAME}2"],
    "ablate": [NAME],
    "gallery build": [f"{NAME}2", "--from", NAME],
    "gallery add": [NAME, "--from", NAME],
    "gallery remove": [NAME, NAME],
    "gallery export": [NAME, NAME],
    "gallery import": [f"{NAME}2", "--from", NAME],
    "gallery verify": [NAME],
    "gallery map": [NAME],
    "weights pull": [NAME],
    "weights push": [NAME, "clinic/bundle"],
    "weights adopt": [NAME, f"{NAME}2"],
    "weights verify": [NAME],
}
"""Arguments that name what is not there."""

CANNOT_FAIL_SO = {"datasets", "phantom", "bench"}
"""They read nothing that the arguments name."""


def commands(known: typer.Typer) -> set[str]:
    """Names of all commands."""
    own = {it.name or it.callback.__name__.rstrip("_") for it in known.registered_commands}
    groups = {
        f"{it.name} {name}"
        for it in known.registered_groups
        for name in commands(it.typer_instance)
    }
    return own | groups


def test_no_command_is_forgotten() -> None:
    assert commands(app) == MISTAKES.keys() | CANNOT_FAIL_SO


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("work", WORK)
def test_commands_work(work: str, encoding: str, made: dict[str, Path], tmp_path: Path) -> None:
    arguments = WORK[work](Places(made, tmp_path))
    command = [word for word in work.split() if word not in ("many", "json")]
    ended = entdemo(*command, *arguments, encoding=encoding)
    assert ended.code == 0, ended.err
    if "--json" in arguments:
        said = json.dumps(json.loads(ended.out), ensure_ascii=False)
        assert any(ord(letter) > 255 for letter in said), "Vietnamese came through"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", MISTAKES)
def test_what_is_not_there_is_one_sentence(
    command: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = entdemo(*command.split(), *MISTAKES[command], encoding=encoding)
    assert ended.code in (1, USER_MISTAKE)
    assert "Traceback" not in ended.err
    assert len(ended.err.strip().splitlines()) <= 1
    assert ended.err or ended.out
