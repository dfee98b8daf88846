"""Each surrounding alone: commands do their work, and the app starts and answers."""

from __future__ import annotations

import re
import socket
import tempfile
from pathlib import Path

import httpx
import pytest

from entdemo import surroundings
from tests.helpers.command_line import entdemo
from tests.helpers.serving import free_port, run_app
from tests.helpers.surroundings import SURROUNDINGS

WORK = ("predict", "gallery build", "evaluate", "weights verify")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("name", SURROUNDINGS)
@pytest.mark.parametrize("command", WORK)
def test_commands_work(
    command: str,
    name: str,
    made: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "tmp").mkdir()
    for variable in ("no_proxy", "NO_PROXY"):  # set first, so that what is set now is undone
        monkeypatch.setenv(variable, "")
    for variable, value in SURROUNDINGS[name](tmp_path / "tmp").items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(surroundings, "find_spec", lambda _: None)
    weights = ["--weights", str(made["weights"])]
    frame = next((made["frames"] / "throat").glob("*.jpg"))
    arguments = {
        "predict": [str(frame), "--gallery", str(made["gallery"]), *weights],
        "gallery build": [str(tmp_path / "g"), "--from", str(made["frames"]), *weights],
        "evaluate": [str(made["frames"]), *weights],
        "weights verify": [str(made["weights"])],
    }[command]
    ended = entdemo(*command.split(), *arguments)
    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err


@pytest.mark.slow
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_app_starts(name: str, made: dict[str, Path], tmp_path: Path) -> None:
    around = SURROUNDINGS[name](tmp_path)
    if "ENTDEMO_HOST" in around and not has_ipv6():
        pytest.skip("this machine has no IPv6 address")
    parts = {"WEIGHTS": str(made["weights"]), "GALLERY": str(made["gallery"])}
    process = run_app(around, PORT=str(free_port()), **parts)
    try:
        assert process.stdout is not None
        found = re.search(r"runs at (http\S+)", process.stdout.readline())
        assert found, process.stderr and process.stderr.read()
        with httpx.Client(trust_env=False) as client:
            assert client.get(found[1]).status_code == 200
    finally:
        process.terminate()
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert "Traceback" not in told
