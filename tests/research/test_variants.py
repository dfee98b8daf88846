"""Each rung of the ladder differs from the one before by its component alone."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import get_args

import pytest
from pydantic import ValidationError

from entdemo.errors import UserError
from entdemo.training.config import ObjectiveConfig
from research.ablation.config import AblationConfig, Title
from research.ablation.material import check_seeds
from research.ablation.plan import LADDER, LOW_DATA, groups_of
from research.ablation.variants import Variant, ladder, pretrained, related, without
from tests.helpers.ablation_material import settings

LEVELS = (0, 3, 6, 9, 12)


def changed(one: Variant, other: Variant) -> set[str]:
    pairs = zip(asdict(one).items(), asdict(other).values(), strict=True)
    return {key for (key, value), new in pairs if value != new} - {"name"}


def test_rungs() -> None:
    rungs = ladder(LEVELS, ObjectiveConfig(), ema=0.9)
    assert [changed(*pair) for pair in pairwise(rungs)] == [
        {"learns", "prompts"},
        {"learns"},
        {"source", "levels"},
        {"source"},
        {"mixup"},
        {"prompts", "contrast"},
        {"sentences", "smoothing", "ema"},
    ]


def test_names_are_unique() -> None:
    whole = ladder(LEVELS, ObjectiveConfig(), ema=0.9)[-1]
    others = [*without(whole), *related(whole), *pretrained(whole)]
    names = [variant.name for variant in (*ladder(LEVELS, ObjectiveConfig(), 0.9), *others)]
    assert len(set(names)) == len(names)
    assert all(changed(whole, variant) for variant in others)


def test_plan_covers_every_seed_and_number_of_frames() -> None:
    config = settings(seeds=(0, 1, 2), low_data=(1, 4))
    groups = {group.title: group for group in groups_of(config, LEVELS)}
    assert len(groups[LADDER].jobs(config.seeds)) == 3 * 8
    low = groups[LOW_DATA].jobs(config.seeds)
    assert len(low) == 3 * 2 * 3
    assert {job.shots for job in low} == {1, 4}
    assert [group.title for group in groups_of(settings(groups=(LADDER,)), LEVELS)] == [LADDER]
    assert {group.title for group in groups_of(config, LEVELS)} == set(get_args(Title))
    assert LOW_DATA not in {group.title for group in groups_of(settings(low_data=()), LEVELS)}


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": (1, 1)},
        {
            "domain": {
                "train_seed": 1,
                "validation": {"n": 7, "seed": 1},
                "test": {"n": 7, "seed": 3},
            }
        },
        {"stage": {"trains": "base", "steps": 1}},
    ],
)
def test_refused_settings(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AblationConfig.model_validate(settings().model_dump() | changes)


def test_frames_that_the_base_has_seen_are_refused() -> None:
    record = {"data": {"train": {"n": 70, "seed": 101}, "validation": {"n": 7, "seed": 202}}}
    check_seeds(settings(), record)
    record["data"]["train"]["seed"] = settings().domain.test.seed
    with pytest.raises(UserError) as caught:
        check_seeds(settings(), record)
    assert caught.value.key == "ablation.seed_used"
