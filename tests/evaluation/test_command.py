"""The commands ``evaluate``, ``robustness`` and ``texts`` around a network that knows colours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from entdemo.cli import evaluate as commands
from entdemo.errors import UserError
from entdemo.taxonomy import CLASSES
from tests.helpers.evaluation_fakes import fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")

app = typer.Typer()
app.command()(commands.evaluate)
app.command()(commands.robustness)
app.command()(commands.texts)


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Weights and device that were asked for."""
    asked: list[tuple[str, str]] = []

    def fake_open(weights: str, device: str) -> object:
        asked.append((weights, device))
        return fake_encoder()

    monkeypatch.setattr(commands, "open_encoder", fake_open)
    return asked


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for number, name in enumerate(CLASSES * 2):
        save_frame(tmp_path / "data" / name / f"{number}.png", name, number)
    return tmp_path / "data"


def test_stdout_is_json_alone(data: Path, opened: list[tuple[str, str]]) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(data), "--weights", "mine", "--json"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["n"], found["accuracy"], found["image_retrieval"]["mrr"]) == (14, 1, 1)
    assert opened == [("mine", "auto")]


@pytest.mark.parametrize("json_too", [True, False])
@pytest.mark.parametrize("command", ["evaluate", "robustness"])
def test_it_ends_with_what_it_took_and_left_out(command: str, json_too: bool, data: Path) -> None:
    damaged = [data / "throat" / f"{name}.png" for name in "xyz"]
    for file in damaged:
        file.write_bytes(b"no picture")
    (data / "throat" / "notes.txt").write_text("no picture")
    save_frame(data / "ear" / "side unknown.png", "ear-left", 3)
    result = CliRunner().invoke(app, [command, str(data), *["--json"] * json_too])
    assert result.exit_code == 0
    taken, left_out = (15, 4) if command == "evaluate" else (14, 5)  # which counts classes alone
    assert f"Taken: {taken}. Left out: {left_out}." in result.stderr
    assert all(f"throat/{file.name}" in result.stderr for file in damaged)
    assert "throat/notes.txt" in result.stderr
    assert ("side unknown.png" in result.stderr) is (command == "robustness")
    if json_too:
        assert json.loads(result.stdout)["n"] == taken


def test_tables_fit_a_terminal(data: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(data)], env={"COLUMNS": "80"})
    assert result.exit_code == 0
    assert "vc-closed taken for vc-open" in result.stdout
    assert "frame to frame: class" in result.stdout
    assert "…" not in result.stdout, "nothing is cut"


def test_report_folder_beside_the_json(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    arguments = ["evaluate", str(data), "--report", str(out), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["n"] == 14
    assert "# fake on data" in (out / "report.md").read_text("utf-8")
    assert (out / "confusion.png").exists()


def test_texts(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"text": "ear-left", "class": "ear-left"}\n')
    result = CliRunner().invoke(app, ["texts", str(file), "--json"])
    figures = json.loads(result.stdout)
    assert (figures["n"], figures["accuracy"], figures["region_accuracy"]) == (1, 1, 1)
    assert "region accuracy" in CliRunner().invoke(app, ["texts", str(file)]).stdout


def test_mistakes_come_as_user_errors(tmp_path: Path) -> None:
    for command in ("evaluate", "texts"):
        result = CliRunner().invoke(app, [command, str(tmp_path / "missing")])
        assert isinstance(result.exception, UserError)
