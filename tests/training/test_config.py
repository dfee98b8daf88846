"""Recipes are checked field by field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import entdemo.training
from entdemo.errors import UserError
from entdemo.training.config import EntrepSource, PhantomSource, read_config

ENTREP: dict[str, object] = {"folder": "a", "part": "train", "validation_share": 0.2}
LORA: dict[str, object] = {"trains": "lora", "steps": 4}
HELD_OUT = ENTREP | {"part": "validation"}
RECIPES = Path(entdemo.training.__file__).parent / "recipes"


def written(tmp_path: Path, **changes: object) -> Path:
    recipe = yaml.safe_load((RECIPES / "smoke.yaml").read_text("utf-8"))
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe | changes), "utf-8")
    return path


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_recipes_are_valid_and_keep_their_sets_apart(recipe: Path) -> None:
    config = read_config(recipe)
    train, validation = config.data.train, config.data.validation
    if isinstance(train, EntrepSource):
        assert validation == train.model_copy(update={"part": "validation"})
    else:
        assert isinstance(train, PhantomSource)
        assert isinstance(validation, PhantomSource)
        assert train.seed != validation.seed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seeds": 3}, "seeds"),
        ({"precision": "fp8"}, "precision"),
        ({"model": {"base": "x", "lora_rank": 0}}, "model.lora_rank"),
        ({"stages": [{"trains": "base", "steps": 4}]}, "lora"),
        ({"stages": [LORA | {"soup": [{"steps": 2, "ema": 0.5}]}]}, "soup"),
        ({"stages": [LORA | {"frames": {"n": 7, "seed": 2}}]}, "different seeds"),
        ({"data": {"train": ENTREP, "validation": ENTREP}}, "two parts"),
        ({"data": {"train": ENTREP, "validation": HELD_OUT | {"seed": 1}}}, "two parts"),
        ({"data": {"train": HELD_OUT, "validation": ENTREP}}, "two parts"),
        ({"data": {"train": ENTREP, "validation": HELD_OUT | {"folder": "b"}}}, "two parts"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, changes: dict[str, object], field: str) -> None:
    with pytest.raises(UserError, match=field):
        read_config(written(tmp_path, **changes))


def test_a_missing_or_odd_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="was not found"):
        read_config(tmp_path / "none.yaml")
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="line 1, column 1: byte 0x00 is no text"):
        read_config(odd)
