"""A run that begins from a base that has learned keeps what the base knows."""

from __future__ import annotations

import math
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional

from entdemo.errors import UserError
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.training.beginning import begin_as_base
from entdemo.training.build_model import build_model
from entdemo.training.config import TrainConfig
from entdemo.training.optim import bound_scale
from entdemo.training.stopping import selected_by
from tests.helpers.training import black_frames

BASE = "ViT-S-32-alt"
PIXELS = torch.randn(24, 3, 224, 224, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def model() -> EntClip:
    torch.manual_seed(3)
    network = EntClip(EntClipConfig(BASE, (3, 6, 12))).eval()
    begin_as_base(network)
    return network


@torch.no_grad()
def test_the_first_embedding_is_the_bases_own(model: EntClip) -> None:
    own = functional.normalize(model.clip.encode_image(PIXELS), dim=-1)
    encoded = model.encode_frames(PIXELS)
    assert float((encoded.embedding * own).sum(1).min()) > 0.99
    torch.testing.assert_close(encoded.levels[:, -1], own, atol=1e-4, rtol=0)
    prompts = functional.normalize(torch.randn(7, own.shape[1]), dim=-1)
    zero_shot, fused = ((it @ prompts.T) for it in (own, encoded.embedding))
    assert float((zero_shot - fused).abs().max()) < 0.05
    assert float((zero_shot.softmax(1) - fused.softmax(1)).abs().max()) < 0.01


def test_gates_and_join_move_in_training(model: EntClip) -> None:
    before = [gate.weight.clone() for gate in model.head.gates]
    join = model.head.join.item()
    optimizer = torch.optim.AdamW(model.head.parameters(), lr=0.05)
    target = functional.one_hot(torch.arange(4), model.shape.embed_dim).float()
    for _ in range(3):
        optimizer.zero_grad()
        (-(model.encode_frames(PIXELS[:4]).embedding * target).sum()).backward()
        optimizer.step()
    assert all(
        not torch.equal(old, gate.weight)
        for old, gate in zip(before, model.head.gates, strict=True)
    )
    assert model.head.join.item() != join


def test_the_scale_of_the_contrast_stays_in_bounds(model: EntClip) -> None:
    for drifted, kept in ((9.0, math.log(100)), (-2.0, 0.0), (1.5, 1.5)):
        model.clip.logit_scale.data.fill_(drifted)
        bound_scale(model)
        assert model.clip.logit_scale.item() == pytest.approx(kept)


def test_frames_count_as_the_recipe_says() -> None:
    figures = {"accuracy_frames": 0.9, "accuracy_captions_en": 0.6, "accuracy_captions_vi": 0.2}
    assert selected_by(figures, 0.5) == pytest.approx(0.65)
    assert selected_by(figures, 1.0) == pytest.approx(0.9)
    assert selected_by({"accuracy_frames": 0.9}, 0.5) == 0.9


def recipe(tmp_path: Path, file: Path) -> TrainConfig:
    return TrainConfig.model_validate(
        {
            "name": "file",
            "output": tmp_path / "weights",
            "data": {"train": {"n": 7, "seed": 1}, "validation": {"n": 7, "seed": 2}},
            "model": {"base": BASE, "levels": (3, 12), "pretrained": str(file)},
            "stages": [{"trains": "lora", "steps": 1}],
        }
    )


def test_weights_of_a_file_are_the_base_and_become_part_of_the_bundle(tmp_path: Path) -> None:
    clip = open_clip.create_model(BASE)
    file = tmp_path / "site" / "own-clip.safetensors"
    file.parent.mkdir()
    save_file({name: it.contiguous() for name, it in clip.state_dict().items()}, file)
    config = recipe(tmp_path, file)
    built = build_model(config, black_frames([""]), None)
    torch.testing.assert_close(built.clip.visual.proj, clip.visual.proj)
    assert config.ships_base
    assert config.without_places()["model"]["pretrained"] == "own-clip.safetensors"

    save_file({"visual.proj": torch.zeros(2, 2)}, file)
    with pytest.raises(UserError, match=r"own-clip\.safetensors"):
        build_model(config, black_frames([""]), None)
