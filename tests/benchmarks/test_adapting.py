"""The measurement of learning from half of some frames, on drawn ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.adapting import FIGURES, Halves, Measured, some_of_each, summary
from entdemo.bundle.weights import load_bundle
from entdemo.inference.encoder import Encoder
from entdemo.settings import DEFAULT_WEIGHTS
from tests.helpers.own_frames import write_own_frames

EACH = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four frames a class; the first two of each are of one examination."""
    made = tmp_path_factory.mktemp("own")
    write_own_frames(made, EACH)
    rows = ["file,source,group"]
    for each in sorted(it for it in made.iterdir() if it.is_dir()):
        names = [f"{each.name}/{file.name}" for file in sorted(each.iterdir())]
        rows += [f"{name},clinic,{each.name}-1" for name in names[:2]]
        rows += [f"{name},clinic,{name}" for name in names[2:]]
    (made / "frames.csv").write_text("\n".join(rows), "utf-8")
    return made


@pytest.fixture(scope="module")
def halves(folder: Path) -> Halves:
    return Halves(load_bundle(DEFAULT_WEIGHTS), folder, "clinic")


def test_halves_share_labels_and_no_examination(halves: Halves) -> None:
    one, other = halves.split(3)
    assert sorted([*one, *other]) == list(range(len(halves.frames)))
    groups = halves.frames.groups
    assert not set(groups[one]) & set(groups[other])
    labels = np.array(halves.frames.labels)
    assert set(labels[one]) == set(labels[other])


def test_what_is_remembered_is_what_is_served(halves: Halves) -> None:
    served = Encoder(load_bundle(DEFAULT_WEIGHTS)).frames(halves.squares[:3])
    told = halves.encoded(Encoder(halves.bundle), np.arange(3)).frames
    np.testing.assert_allclose(told.vectors, served.vectors, atol=1e-4)
    np.testing.assert_allclose(told.probabilities, served.probabilities, atol=1e-3)


@pytest.mark.slow
def test_figures_before_do_not_depend_on_what_was_learned_before(
    halves: Halves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entdemo.adaptation.drawn._EACH", 1)
    one, other = halves.split(0)
    first, again = (halves.measured(one, other) for _ in range(2))
    assert first == again
    assert first.frames == len(one)
    assert set(first.after) == set(FIGURES)


def test_few_frames_of_each_label_are_chosen_in_order(halves: Halves) -> None:
    rows = np.arange(len(halves.frames))[::-1]
    chosen = some_of_each(halves.frames, rows, 1)
    assert chosen.tolist() == [at * EACH + EACH - 1 for at in range(7)][::-1]


def test_summary_is_mean_and_lowest() -> None:
    found = [
        Measured(5, dict.fromkeys(FIGURES, 0.5), dict.fromkeys(FIGURES, after))
        for after in (0.6, 0.8)
    ]
    assert summary(found)["class"] == pytest.approx({"before": 0.5, "after": 0.7, "lowest": 0.6})
