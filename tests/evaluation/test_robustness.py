"""The panel of harms does what it says and counts right."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from PIL import Image
from typer.testing import CliRunner

from entdemo.cli import evaluate as commands
from entdemo.errors import UserError
from entdemo.evaluation.robustness import HARMS, Robustness, harm, measure
from entdemo.taxonomy import CLASSES
from tests.helpers.evaluation_fakes import fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    y, x = np.mgrid[:240, :320]
    wave = 110 + 60 * np.sin(x / 1.5)[..., None] + 20 * np.cos(y / 5)[..., None]
    return np.broadcast_to(wave, (240, 320, 3)).astype(np.uint8)


@pytest.mark.parametrize("name", HARMS)
def test_each_strength_changes_more_than_the_last(name: str, picture: np.ndarray) -> None:
    worse = []
    for level in range(3):
        torch.manual_seed(3)
        worse.append(harm(picture, name, level))
    assert all(one.dtype == np.uint8 and one.ndim == 3 for one in worse)
    if name == "crop":
        sides = [one.shape[:2] for one in worse]
        assert sides == [(216, 288), (192, 256), (156, 208)]
    else:
        apart = [float(np.abs(one.astype(float) - picture).mean()) for one in worse]
        assert 0.5 < apart[0] < apart[1] < apart[2]


def test_dark_is_linear_light(picture: np.ndarray) -> None:
    quarter = harm(picture, "dark", 1).astype(float)
    light = (quarter / 255) ** 2.2 / (picture / 255) ** 2.2
    assert light.mean() == pytest.approx(0.25, abs=0.01)


def test_glare_lies_in_the_middle_half(picture: np.ndarray) -> None:
    for seed in range(8):
        torch.manual_seed(seed)
        brighter = harm(picture, "glare", 0).astype(float) - picture
        rows, columns = np.nonzero(brighter.mean(axis=2) > 0.6 * brighter.max())
        assert 60 - 5 <= rows.mean() <= 180 + 5
        assert 80 - 5 <= columns.mean() <= 240 + 5


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for number, name in enumerate(CLASSES):
        save_large(tmp_path / name / f"{number}.png", name, number)
    save_large(tmp_path / "ear" / "x.png", "throat", 9)  # class unknown: left out
    return tmp_path


def save_large(path: Path, shown: str, seed: int) -> None:
    """A frame that stays large enough when it is cropped."""
    save_frame(path, shown, seed)
    Image.open(path).resize((160, 120)).save(path)


def test_colours_survive_what_keeps_colours(data: Path) -> None:
    found = measure(fake_encoder(), data)
    assert (found.n, found.clean) == (7, 1.0)
    for name in ("blur", "noise", "jpeg", "crop"):
        assert found.harmed[name] == (1.0, 1.0, 1.0)
    assert found.harmed["dark"][2] < 1  # towards black, which is nobody's corner


def test_the_same_twice(data: Path) -> None:
    assert measure(fake_encoder(), data) == measure(fake_encoder(), data)


def test_drops_are_points() -> None:
    shares = dict.fromkeys(HARMS, (0.9, 0.8, 0.5))
    row = Robustness(10, 0.9, shares).to_json()["panel"]["blur"]
    assert [cell["drop"] for cell in row] == pytest.approx([0, 10, 40])
    assert [cell["strength"] for cell in row] == [0.006, 0.012, 0.024]


def test_command(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "open_encoder", lambda *_: fake_encoder())
    app = typer.Typer()
    app.command()(commands.robustness)
    answer = CliRunner().invoke(app, [str(data), "--json"])
    assert json.loads(answer.stdout)["panel"]["crop"][0]["accuracy"] == 1
    table = CliRunner().invoke(app, [str(data)], env={"COLUMNS": "80"})
    assert "1.000 (+0.0)" in table.stdout


def test_damaged_pictures_change_no_figure(data: Path) -> None:
    whole = measure(fake_encoder(), data)
    (data / CLASSES[-1] / "z.png").write_bytes(b"no picture")
    again = measure(fake_encoder(), data)
    assert again == whole
    assert [it.name for it in again.skipped] == ["ear/x.png", f"{CLASSES[-1]}/z.png"]


def test_without_a_frame_to_measure_on_it_is_refused(tmp_path: Path) -> None:
    save_frame(tmp_path / "ear" / "a.png", "ear-left", 0)
    with pytest.raises(UserError) as caught:
        measure(fake_encoder(), tmp_path)
    assert caught.value.key == "folder.no_pictures"
    (tmp_path / "throat").mkdir()
    (tmp_path / "throat" / "b.png").write_bytes(b"no picture")
    with pytest.raises(UserError) as caught:
        measure(fake_encoder(), tmp_path)
    assert caught.value.key == "evaluation.no_frames"
