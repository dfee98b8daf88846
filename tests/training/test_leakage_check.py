"""No frame, no examination and no drawn frame on both sides of any split."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import entdemo.training
from entdemo.data.dataset import HeldOut, read_data
from entdemo.errors import UserError
from entdemo.phantom.folder import frame_seed
from entdemo.training.config import EntrepSource, TrainConfig, read_config
from entdemo.training.data import read_entrep_frames
from entdemo.training.leakage_check import check_leakage
from tests.helpers.entrep_folder import EntrepFolder, write_entrep
from tests.helpers.evaluation_fakes import coloured
from tests.helpers.training import black_frames

ROOT = Path(__file__).parents[2]
RECIPES = sorted((Path(entdemo.training.__file__).parent / "recipes").glob("*.yaml"))


def test_shared_examinations_and_pictures_are_refused() -> None:
    train = black_frames(["g-1", "g-2", ""])
    check_leakage(train, black_frames(["g-3", "", ""], 10))
    with pytest.raises(UserError, match="both training and validation: 1") as caught:
        check_leakage(train, black_frames(["g-2", "g-2"], 10))
    assert "g-2" not in str(caught.value)
    with pytest.raises(UserError, match="Pictures that are among both"):
        check_leakage(train, black_frames(["g-3"], 2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> EntrepFolder:
    path = tmp_path_factory.mktemp("entrep") / "Dataset"
    return write_entrep(path, coloured(56, 0), coloured(14, 100), coloured(3, 200))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_no_examination_of_an_entrep_folder_is_on_both_sides(
    folder: EntrepFolder, seed: int, share: float
) -> None:
    source = EntrepSource(folder=folder.path, part="train", validation_share=share, seed=seed)
    other = source.model_copy(update={"part": "validation"})
    train, validation = (read_entrep_frames(it, 32, lambda line: None) for it in (source, other))
    assert not set(train.groups) & set(validation.groups)
    assert "" not in {*train.groups, *validation.groups}
    check_leakage(train, validation)
    counted = read_data(folder.path, HeldOut(share, seed)).items
    assert {f"entrep {item.group}" for item in counted} == set(validation.groups)


def drawn_sets(config: TrainConfig) -> list[tuple[int, int]]:
    sources = (config.data.train, config.data.validation)
    return [(it.seed, it.n) for it in sources if not isinstance(it, EntrepSource)]


def made_by_the_makefile() -> list[tuple[int, int]]:
    """The sets that figures are stated on, and the gallery's: (seed, n)."""
    text = (ROOT / "Makefile").read_text("utf-8")
    return [(int(seed), int(n)) for n, seed in re.findall(r"--n (\d+) --seed (\d+)", text)]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_no_test_frame_is_drawn_for_training(recipe: Path) -> None:
    sets = drawn_sets(read_config(recipe)) + made_by_the_makefile()
    assert len(sets) >= 2
    spans = sorted((frame_seed(seed, 0), frame_seed(seed, n - 1)) for seed, n in sets)
    assert all(last < first for (_, last), (first, _) in pairwise(spans))


def test_sets_of_one_seed_or_too_many_frames_are_refused(tmp_path: Path) -> None:
    recipe = yaml.safe_load(next(it for it in RECIPES if it.stem == "smoke").read_text("utf-8"))
    for data, reason in (
        ({"train": {"n": 5, "seed": 4}, "validation": {"n": 9, "seed": 4}}, "different seeds"),
        ({"train": {"n": 1_000_004, "seed": 4}, "validation": {"n": 9, "seed": 5}}, "data.train"),
    ):
        path = tmp_path / "recipe.yaml"
        path.write_text(yaml.safe_dump(recipe | {"data": data}), "utf-8")
        with pytest.raises(UserError, match=reason):
            read_config(path)


def test_frames_without_examinations_are_compared_by_their_pixels() -> None:
    drawn = replace(black_frames(["", ""]), groups=[])
    with pytest.raises(UserError, match="Pictures"):
        check_leakage(drawn, drawn)
