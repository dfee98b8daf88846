"""The report of an ablation, from made-up figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import typer
import yaml
from PIL import Image
from typer.testing import CliRunner

from entdemo.bundle.weights import Bundle
from entdemo.cli import ablate as command
from entdemo.errors import UserError
from research.ablation import runs as module
from research.ablation.ablate import ablate
from research.ablation.document import BEGIN, END, paired, spread
from research.ablation.runs import Job
from tests.helpers.ablation_material import settings

BUNDLE = cast(
    Bundle,
    SimpleNamespace(
        preprocess=None,
        info=SimpleNamespace(
            name="made-up",
            embedder_id="0123456789abcdef",
            base=SimpleNamespace(name="some-base"),
            fusion=SimpleNamespace(levels=(3, 12)),
        ),
    ),
)


def figures(config: object, material: object, job: Job) -> dict[str, float]:
    """Accuracy grows with the frames and differs by a hundredth a seed."""
    accuracy = 0.5 + job.shots / 100 + job.seed / 100
    if job.variant.learns == "probe":
        return {"accuracy": accuracy}
    names = ("macro_f1", "ece", "image_recall@1", "image_mrr", "text_recall@1", "text_mrr")
    return {
        "accuracy": accuracy + 0.1 * bool(job.variant.mixup) + 0.1 * bool(job.variant.contrast)
    } | dict.fromkeys(names, 0.25)


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "figures_of", figures)
    monkeypatch.setattr(module, "prepare", lambda *args: None)
    squares = np.random.default_rng(0).integers(0, 256, (14, 48, 48, 3), dtype=np.uint8)
    drawn = SimpleNamespace(squares=squares)
    monkeypatch.setattr("research.ablation.ablate.drawn_frames", lambda *args: drawn)


def run(tmp_path: Path) -> str:
    config = settings(runs=tmp_path / "runs", output=tmp_path / "docs", low_data=(1, 2))
    ablate(config, BUNDLE, str, lambda done, total: None, workers=1)
    return (tmp_path / "docs" / "ablation.md").read_text("utf-8")


def test_tables_tell_mean_spread_and_paired_change(tmp_path: Path) -> None:
    text = run(tmp_path)
    rows = {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if "|" in line}
    assert "| frozen CLIP, zero-shot | 0.525 ± 0.007 |" in text
    assert rows["+ slerp mixup"].endswith("| +0.100 [+0.100, +0.100] |"), "paired"
    assert rows["+ class prompts and contrast"].endswith("| +0.100 [+0.100, +0.100] |")
    assert rows["all, without contrast"].endswith("| -0.100 [-0.100, -0.100] |")
    assert "| linear probe | 0.515 ± 0.007 | 0.525 ± 0.007 |" in text
    assert "0123456789abcdef" in text
    for table in text.split("##")[1:]:
        assert len({line.count("|") for line in table.splitlines() if "|" in line}) == 1


def test_json_holds_every_run(tmp_path: Path) -> None:
    run(tmp_path)
    rows = json.loads((tmp_path / "docs" / "ablation.json").read_text("utf-8"))
    ladder = [row for row in rows if row["group"] == "The ladder"]
    assert len(ladder) == 2 * 8
    assert {row["seed"] for row in ladder} == {0, 1}
    assert {row["shots"] for row in rows if row["group"] == "Few labelled frames"} == {1, 2}


def test_plots_show_something(tmp_path: Path) -> None:
    run(tmp_path)
    with Image.open(tmp_path / "docs" / "ablation-frames.jpg") as picture:
        assert picture.size == (7 * 48, 2 * 48)
    for name in ("ablation.png", "low-data.png"):
        with Image.open(tmp_path / "docs" / name) as picture:
            assert picture.width > 500
            assert len(np.unique(np.asarray(picture.convert("L")))) > 20


def test_words_outside_the_tables_stay(tmp_path: Path) -> None:
    first = run(tmp_path)
    file = tmp_path / "docs" / "ablation.md"
    file.write_text(f"# Mine\n\nBefore.\n\n{BEGIN}old{END}\n\nAfter.\n", "utf-8")
    second = run(tmp_path)
    assert second.startswith("# Mine\n\nBefore.\n\n")
    assert second.endswith("\n\nAfter.\n")
    tables = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    assert tables.search(second)[0] == tables.search(first)[0]  # type: ignore[index]


def test_spread() -> None:
    assert spread(np.array([0.5, 0.7])) == "0.600 ± 0.141"
    assert spread(np.array([])) == "–"


def test_a_paired_change_has_an_interval() -> None:
    assert paired(np.array([0.01])) == "+0.010"
    # t of 2 degrees of freedom is 4.303; the standard error is 0.01 / 3 ** 0.5.
    assert paired(np.array([0.01, 0.02, 0.03])) == "+0.020 [-0.005, +0.045]"


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "open_bundle", lambda weights: BUNDLE)
    values = settings(runs=tmp_path / "runs", output=tmp_path / "docs").model_dump(mode="json")
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(values))
    app = typer.Typer()
    app.command()(command.ablate)
    result = CliRunner().invoke(app, [str(file), "--workers", "1", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["runs"] == 2 * (8 + 3 + 6 + 5 + 3)
    again = CliRunner().invoke(app, [str(file), "--workers", "1"])
    assert again.exit_code == 0
    assert "ablation.md" in again.stdout
    file.write_text("seeds: []")
    refused = CliRunner().invoke(app, [str(file)])
    assert isinstance(refused.exception, UserError)
    assert refused.exception.key == "config.invalid"
