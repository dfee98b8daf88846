"""``evaluate`` on an ENTRep folder."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from entdemo.cli import evaluate as commands
from entdemo.data.dataset import HeldOut, read_data
from entdemo.errors import UserError
from entdemo.evaluation.evaluate import evaluate, held_out
from entdemo.evaluation.searches import IMAGE_ELSEWHERE, IMAGE_FINDING, TEXT_VIETNAMESE
from tests.helpers.entrep_folder import EntrepFolder, add_broken, write_entrep, write_json
from tests.helpers.evaluation_fakes import coloured, fake_encoder

pytestmark = pytest.mark.usefixtures("colour_alone")


@pytest.fixture
def folder(tmp_path: Path) -> EntrepFolder:
    return write_entrep(tmp_path / "Dataset", coloured(28, 0), coloured(7, 100), coloured(3, 200))


def test_all_figures_are_there(folder: EntrepFolder) -> None:
    add_broken(folder)
    report = evaluate(fake_encoder(), folder.path)
    figures = report.to_json()
    assert figures["n"] == 35
    assert figures["accuracy"] == 1
    assert figures["text_retrieval"]["recall@1"] == 1
    assert len(report.skipped) == 3
    assert {IMAGE_FINDING, IMAGE_ELSEWHERE, TEXT_VIETNAMESE} <= set(report.retrieval)


def test_equal_captions_are_one_finding(folder: EntrepFolder) -> None:
    items = read_data(folder.path).items
    by_finding = {item.finding for item in items if item.caption_vi and not item.caption_en}
    assert by_finding
    assert all(finding for finding in by_finding)
    assert all(item.group for item in items)


def test_only_what_training_held_out_is_counted(folder: EntrepFolder) -> None:
    record = {"data": {"train": {"part": "train", "validation_share": 0.25, "seed": 4}}}
    assert held_out(record) == HeldOut(0.25, 4)
    everything, kept = read_data(folder.path), read_data(folder.path, held_out(record))
    assert 5 <= len(kept.items) <= 12
    groups = {item.group for item in kept.items}
    assert {item for item in everything.items if item.group in groups} == set(kept.items)
    assert "held out" in kept.notes[-1]
    encoder = fake_encoder()
    bundle = encoder.bundle
    object.__setattr__(bundle, "info", SimpleNamespace(**vars(bundle.info) | {"training": record}))
    assert evaluate(encoder, folder.path).n == len(kept.items)


def test_what_the_start_of_a_run_held_out_stays_held_out() -> None:
    start = {"data": {"train": {"part": "train", "validation_share": 0.25, "seed": 4}}}
    record = {"data": {"train": {"n": 7, "seed": 1}}, "start": {"training": start}}
    assert held_out(record) == HeldOut(0.25, 4)


@pytest.mark.parametrize("record", [{}, {"data": {"train": {"n": 7, "seed": 1}}}, {"data": 3}])
def test_other_weights_are_measured_on_everything(record: dict[str, object]) -> None:
    assert held_out(record) is None


def test_frames_without_a_class_cannot_be_measured_on(folder: EntrepFolder) -> None:
    for name in ("train/cls.json", "public/data.json"):
        (folder.path / name).unlink()
    with pytest.raises(UserError, match="no frame with a class"):
        read_data(folder.path)


def test_the_command_says_what_it_read(
    folder: EntrepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "open_encoder", lambda weights, device: fake_encoder())
    app = typer.Typer()
    app.command()(commands.evaluate)
    labels = json.loads((folder.path / "train" / "cls.json").read_text("utf-8"))
    write_json(folder.path / "train" / "cls.json", labels | {"1_image.png": "throat"})
    result = CliRunner().invoke(app, [str(folder.path), "--json"])
    assert json.loads(result.stdout)["n"] == 35
    assert "35 distinct frames" in result.stderr
    shown = CliRunner().invoke(app, [str(folder.path)], env={"COLUMNS": "100"})
    assert "train/1_image.png" in shown.stderr
