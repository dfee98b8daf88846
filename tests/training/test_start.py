"""A run goes on from other weights, unless they have seen what it validates on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch.nn import functional

from benchmarks.fixtures.bundle import NAME, edit_info, make_bundle
from entdemo.bundle.weights import load_bundle
from entdemo.errors import UserError
from entdemo.inference.encoder import encode_texts
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.taxonomy import CLASSES
from entdemo.training.anchors import PAIRS, FindingAnchors
from entdemo.training.config import TrainConfig
from entdemo.training.data import FrameSet, finding_bits
from entdemo.training.start import open_start, place_anchors, record_of, take_over

DRAWN = {"train": {"n": 14, "seed": 1}, "validation": {"n": 14, "seed": 2}}


def entrep(seed: int) -> dict[str, Any]:
    own = {"folder": "frames", "validation_share": 0.2, "seed": seed}
    return {"train": {**own, "part": "train"}, "validation": {**own, "part": "validation"}}


def config(start: Path, data: dict[str, Any] = DRAWN, **model: Any) -> TrainConfig:
    return TrainConfig.model_validate(
        {
            "name": "next",
            "output": "weights",
            "data": data,
            "model": {"base": NAME, "start": str(start), **model},
            "stages": [{"trains": "lora", "steps": 1}],
        }
    )


def test_a_recipe_has_one_beginning(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="leave pretrained out"):
        config(tmp_path, pretrained="openai")


def test_weights_are_taken_over_with_their_adapter(tmp_path: Path) -> None:
    start = open_start(config(make_bundle(tmp_path / "first")))
    assert start is not None
    model = EntClip(EntClipConfig(NAME))
    model.anchors = FindingAnchors(model.shape.embed_dim)
    take_over(model, start)
    pixels = torch.rand(2, 3, 128, 128)
    with torch.no_grad():
        found = model.eval().encode_frames(pixels).embedding
        torch.testing.assert_close(found, start.model.encode_frames(pixels).embedding)
    assert record_of(start)["digest"] == start.info.content_digest


def test_a_further_level_comes_beside_those_taken_over(tmp_path: Path) -> None:
    start = open_start(config(make_bundle(tmp_path / "first"), levels=[0, 3, 6, 9, 12]))
    assert start is not None
    model = EntClip(EntClipConfig(NAME, (0, 3, 6, 9, 12)))
    torch.nn.init.normal_(start.model.head.gates[1].weight)
    take_over(model, start)
    for own, old in ((1, 0), (4, 3)):
        found, given = model.head.projections[own].weight, start.model.head.projections[old].weight
        assert torch.equal(found, given)
    assert not any(gate.weight.any() for gate in model.head.gates)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "first")
    with pytest.raises(UserError) as caught:
        open_start(config(folder, levels=[6, 12]))
    assert caught.value.key == "train.start_shape"


@pytest.mark.parametrize(
    ("seen", "data", "refused"),
    [
        ({"n": 5, "seed": 2}, DRAWN, True),
        ({"n": 5, "seed": 3}, DRAWN, False),
        ({"validation_share": 0.2, "seed": 0}, entrep(0), False),
        ({"validation_share": 0.2, "seed": 0}, entrep(1), True),
        ({"n": 5, "seed": 0}, entrep(0), False),
    ],
)
def test_weights_that_saw_the_validation_frames_are_refused(
    tmp_path: Path, seen: dict[str, Any], data: dict[str, Any], refused: bool
) -> None:
    folder = make_bundle(tmp_path / "first")
    edit_info(folder, training={"data": {"train": seen}, "stages": []})
    if refused:
        with pytest.raises(UserError) as caught:
            open_start(config(folder, data))
        assert caught.value.key == "train.start_saw_validation"
    else:
        assert open_start(config(folder, data)) is not None


def test_anchors_start_at_the_mean_of_their_captions(tmp_path: Path) -> None:
    start = load_bundle(make_bundle(tmp_path / "first"))
    label = CLASSES.index("ear-left")
    frames = FrameSet(
        squares=np.zeros((2, 8, 8, 3), np.uint8),
        labels=np.full(2, label),
        tags=np.full(2, finding_bits("ear-left", ["wax"])),
        captions_en=["wax on the left", "a red drum"],
        captions_vi=["ráy tai trái", ""],
    )
    anchors = FindingAnchors(start.model.shape.embed_dim)
    before = anchors.weight.detach().clone()
    place_anchors(anchors, start, frames)
    moved = [row for row in range(len(PAIRS)) if not torch.equal(anchors.weight[row], before[row])]
    assert len(moved) == 1
    assert PAIRS[moved[0]][0] == label
    captions = ["wax on the left", "a red drum", "ráy tai trái"]
    texts = encode_texts(start.model, start.tokenize, captions).embedding
    wanted = functional.normalize(texts.sum(0), dim=0)
    torch.testing.assert_close(anchors.weight[moved[0]].detach(), wanted)
