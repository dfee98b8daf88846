"""What a recipe says of its base is checked before the first step."""

from __future__ import annotations

from pathlib import Path

import open_clip
import pytest
from pydantic import ValidationError

from entdemo.errors import UserError
from entdemo.model import published
from entdemo.model.base import base_shape, create_base
from entdemo.model.preprocess import preprocess_of
from entdemo.training.base_check import check_base
from entdemo.training.config import ModelConfig, TrainConfig
from entdemo.training.train import train


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ({"base": "nonesuch"}, "weights.unknown_base"),
        ({"base": "RN50"}, "weights.base_refused"),
        ({"base": "ViT-B-16", "levels": (3, 13)}, "train.level_too_deep"),
        ({"base": "ViT-B-16", "pretrained": "openai"}, "train.quick_gelu"),
        ({"base": "ViT-B-16-quickgelu", "pretrained": "nonesuch"}, "train.no_pretrained"),
        ({"base": "ViT-B-16", "pretrained": "gone.safetensors"}, "weights.file_missing"),
    ],
)
def test_a_base_that_would_fail_later_is_refused(model: dict[str, object], key: str) -> None:
    with pytest.raises(UserError) as caught:
        check_base(ModelConfig.model_validate(model))
    assert caught.value.key == key
    assert caught.value.text("vi") != caught.value.text("en")


def test_the_base_that_the_weights_want_is_named() -> None:
    with pytest.raises(UserError, match=r"Use the base ViT-B-16-quickgelu\."):
        check_base(ModelConfig(base="ViT-B-16", pretrained="openai"))
    check_base(ModelConfig(base="ViT-B-16-quickgelu", pretrained="openai"))
    check_base(ModelConfig(base="ViT-B-16", pretrained="laion2b_s34b_b88k"))


@pytest.mark.parametrize("levels", [(), (6, 3), (3, 3, 6), (0,)])
def test_levels_ascend(levels: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="levels must ascend"):
        ModelConfig(base="ViT-B-16", levels=levels)


def refusal(name: str) -> UserError | None:
    try:
        base_shape(name)
    except UserError as error:
        return error
    return None


def test_each_model_of_open_clip_is_a_plain_clip_or_refused_with_its_reason() -> None:
    accepted, reasons = [], set()
    for name in open_clip.list_models():
        refused = refusal(name)
        if refused is None:
            accepted.append(name)
        else:
            assert (refused.key, refused.values["name"]) == ("weights.base_refused", name)
            reasons.add(str(refused.values["reason"]))
    assert len(reasons) >= 5
    assert {"ViT-B-16", "ViT-B-16-quickgelu", "ViT-L-14-336"} <= set(accepted)
    assert not [name for name in accepted if "CLIPA" in name or "worldwide" in name]


def test_each_tag_brings_its_own_mean() -> None:
    plain = preprocess_of("ViT-B-16", "laion2b_s34b_b88k")
    assert plain == preprocess_of("ViT-B-16")
    other = next(
        (name, tag)
        for name in ("ViT-H-14-378-quickgelu", "ViT-B-16", "ViT-B-32", "ViT-L-14")
        for tag in published.pretrained_tags(name)
        if published.expected_of(name, tag).mean not in (None, plain.mean)
    )
    assert preprocess_of(*other).mean == published.expected_of(*other).mean


def test_without_a_network_a_base_is_missed_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(published, "_answers", lambda address: bool(asked.append(address)))
    monkeypatch.setattr(published.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError) as caught:
        create_base("ViT-B-32", "laion2b_s34b_b79k")
    assert caught.value.key == "weights.base_unreachable"
    assert len(asked) == 1
    assert caplog.records == []
    assert not published.constants.HF_HUB_OFFLINE


def test_a_server_that_does_not_answer_is_given_up(outside_connections: list[object]) -> None:
    assert not published._answers("https://hub.invalid")
    assert outside_connections == ["hub.invalid"]


def test_a_base_that_cannot_be_fetched_ends_a_run_before_frames_are_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(published, "_answers", lambda _: False)
    monkeypatch.setattr(published.constants, "HF_HUB_CACHE", str(tmp_path))
    config = TrainConfig.model_validate(
        {
            "name": "far",
            "output": tmp_path / "weights",
            "runs": tmp_path / "runs",
            "data": {"train": {"n": 7, "seed": 1}, "validation": {"n": 7, "seed": 2}},
            "model": {"base": "ViT-B-16-quickgelu", "pretrained": "openai"},
            "stages": [{"trains": "lora", "steps": 1}],
        }
    )
    said: list[str] = []
    with pytest.raises(UserError) as caught:
        train(config, report=lambda row: None, say=said.append)
    assert caught.value.key == "weights.base_unreachable"
    assert said == []
