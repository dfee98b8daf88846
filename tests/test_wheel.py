"""The built wheel, installed without the checkout, answers from another folder without a network.

What the package depends on is taken from the environment of the tests; only entdemo itself comes
from the wheel.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from entdemo.settings import ROOT
from entdemo.taxonomy import CLASSES
from tests.helpers.serving import free_port

FRAME = min((ROOT / "gallery" / "default" / "frames").glob("*.jpg"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# Runs in every Python of the installation: no connection leaves this computer.
_NO_NETWORK = """
import socket
connect = socket.socket.connect
def guarded(self, address):
    inet = self.family in (socket.AF_INET, socket.AF_INET6)
    if inet and address[0] not in ("127.0.0.1", "::1"):
        raise ConnectionRefusedError("there is no network")
    connect(self, address)
socket.socket.connect = guarded
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's commands, with entdemo from the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    schemes = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=schemes))
    python = Path(sysconfig.get_path("scripts", "venv", vars=schemes)) / "python"
    subprocess.run(
        [
            sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps",
            "--no-index", "--no-compile", wheel,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    (packages / "no_network.py").write_text(_NO_NETWORK, "utf-8")
    paths = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), "import no_network"]
    (packages / "tests.pth").write_text("\n".join(dict.fromkeys(paths)), "utf-8")
    return python.parent


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a frame and nothing of the project."""
    (tmp_path / "frame.jpg").write_bytes(FRAME.read_bytes())
    return tmp_path


def surroundings(folder: Path) -> dict[str, str]:
    """An environment without settings, whose home is ``folder``."""
    kept = {name: it for name, it in os.environ.items() if not name.startswith("ENTDEMO_")}
    kept.pop("PYTHONPATH", None)
    return kept | {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}


def run(command: list[str | Path], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=surroundings(folder), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_and_what_is_shipped_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for place in ("weights", "gallery"):
            shipped = ROOT / place / "default"
            files = [file for file in shipped.rglob("*") if file.is_file() and file.name != ".lock"]
            assert files
            for file in files:
                inside = f"entdemo/shipped/{place}/{file.relative_to(shipped).as_posix()}"
                assert archive.read(inside) == file.read_bytes()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"entdemo"}
    assert "entdemo/py.typed" in names


def test_the_command_answers(installed: Path, elsewhere: Path) -> None:
    answer = json.loads(run([installed / "entdemo", "predict", "frame.jpg", "--json"], elsewhere))
    assert Path(answer["neighbours"][0]["file"]).name == FRAME.name
    where = "import entdemo; print(entdemo.__file__)"
    assert "installed" in run([installed / "python", "-c", where], elsewhere)


def test_the_snippet_of_the_readme_runs(installed: Path, elsewhere: Path) -> None:
    (snippet,) = re.findall(
        r"```python\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    first = run([installed / "python", "-c", snippet], elsewhere).split()[0]
    assert first in CLASSES


def test_what_only_a_checkout_has_is_said_in_a_sentence(installed: Path, elsewhere: Path) -> None:
    for command in (["bench", "--quick"], ["ablate", "any.yaml"]):
        done = subprocess.run(
            [installed / "entdemo", *command],
            cwd=elsewhere, env=surroundings(elsewhere), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 2
        assert f"python -m entdemo {command[0]}" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def url(installed: Path, elsewhere: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [installed / "entdemo", "serve", "--port", str(port)],
        cwd=elsewhere, env=surroundings(elsewhere), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def test_the_app_is_served(url: str) -> None:
    end = time.monotonic() + 240
    while time.monotonic() < end:
        try:
            answer = httpx.get(f"{url}/health")
            if answer.status_code == 200:
                break
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    assert httpx.get(f"{url}/health").status_code == 200
    assert "entdemo" in httpx.get(url).text
