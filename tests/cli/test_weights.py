"""``weights pull|push|verify`` as typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.fixtures.bundle import make_bundle
from benchmarks.fixtures.hub_server import Hub
from entdemo.bundle.weights import HEAD, read_info
from entdemo.cli.main import app
from entdemo.errors import UserError
from entdemo.settings import Settings


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("weights") / "bundle")


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["weights", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.stdout


def test_push_then_pull_in_json(
    hub: Hub, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)
    pushed = json.loads(run("push", bundle, "clinic/bundle", "--private", "--json"))
    commit = hub.repos["clinic/bundle"].head
    assert pushed == {"commit_url": f"{hub.endpoint}/clinic/bundle/commit/{commit}"}
    target = tmp_path / "here"
    pulled = json.loads(run("pull", f"clinic/bundle@{commit}", target, "--json"))
    assert pulled == {
        "folder": str(target),
        "name": "test-weights",
        "embedder_id": read_info(bundle).embedder_id,
    }
    assert run("verify", target) == "The weights are whole.\n"


def test_pull_without_a_folder_gives_the_weights_that_serve(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTDEMO_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ENTDEMO_WEIGHTS", raising=False)
    pulled = json.loads(run("pull", bundle, "--json"))
    assert pulled["folder"] == Settings().weights == str(tmp_path / "data" / "weights")


def test_verify_lists_what_is_wrong_and_fails(bundle: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "b"))
    (folder / HEAD).unlink()
    (folder / "model.pt").write_bytes(b"\x80")
    assert run("verify", folder, code=1).splitlines() == [
        f"The weights lack the file {HEAD}.",
        "The weights hold a file that does not belong there: model.pt.",
    ]
    told = json.loads(run("verify", folder, "--json", code=1))
    assert (told["ok"], len(told["problems"])) == (False, 2)


@pytest.mark.parametrize("command", ["verify", "pull"])
def test_a_users_mistake_is_left_to_the_one_line_of_main(command: str, tmp_path: Path) -> None:
    words = ["weights", command, str(tmp_path / "absent"), str(tmp_path / "x")]
    result = CliRunner().invoke(app, words[:3] if command == "verify" else words)
    assert isinstance(result.exception, UserError)
    assert result.exception.key == "weights.missing"
