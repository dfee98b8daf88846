"""Averaging with the mirror image must swap sides back."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from entdemo.bundle.weights import Bundle
from entdemo.evaluation.evaluate import examine
from entdemo.evaluation.flip import encode_both_ways
from entdemo.inference.encoder import Encoder
from entdemo.model.network import EncodedFrames
from entdemo.taxonomy import CLASSES, mirror_class
from tests.helpers.evaluation_fakes import fake_bundle, save_frame


class SideModel(nn.Module):
    """A bright left half is a right nose, a bright right half a left nose, and so on by colour."""

    def __init__(self, bias: float = 0.0) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.bias = bias
        self.head = SimpleNamespace(prototypes=torch.zeros(7, 7), class_logits=lambda e, _: e)
        self.seen: list[Tensor] = []

    def encode_frames(self, pixels: Tensor) -> EncodedFrames:
        self.seen.append(pixels)
        middle = pixels.shape[-1] // 2
        tilt = (pixels[..., :middle] - pixels[..., middle:]).mean((2, 3))
        logits = torch.zeros(len(pixels), 7)
        logits[:, 0], logits[:, 1] = tilt[:, 0] + self.bias, -tilt[:, 0]
        logits[:, 2], logits[:, 3] = tilt[:, 1], -tilt[:, 1]
        logits[:, 4] = pixels[:, 2].mean((1, 2))
        embedding = logits * self.scale
        return EncodedFrames(embedding, torch.ones(len(pixels), 1), tilt, embedding[:, None])

    def ood(self, features: Tensor) -> Tensor:
        return features[:, 0]

    def deep(self, depths: Tensor) -> Tensor:
        return depths[:, 0]


def side_encoder(bias: float) -> Encoder:
    bundle = fake_bundle()
    parts = {**vars(bundle), "model": SideModel(bias)}
    return Encoder(Bundle(**parts))


def squares() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def test_by_hand() -> None:
    """Of an unbiased model of sides, the mirror image says the same once sides are swapped."""
    encoder = side_encoder(bias=0)
    plain, both = encoder.frames(squares()), encode_both_ways(encoder, squares())
    np.testing.assert_allclose(both.probabilities, plain.probabilities, atol=1e-6)
    np.testing.assert_array_equal(both.vectors, plain.vectors)
    np.testing.assert_allclose(both.distances, 0, atol=1e-6)


def test_a_frame_and_its_mirror_image_get_mirrored_answers() -> None:
    """Even of a model that prefers one side."""
    encoder = side_encoder(bias=3)
    swap = [CLASSES.index(mirror_class(name)) for name in CLASSES]
    mirror = np.ascontiguousarray(squares()[:, :, ::-1])
    plain = encoder.frames(squares()).probabilities
    assert not np.allclose(encoder.frames(mirror).probabilities[:, swap], plain)
    both = encode_both_ways(encoder, squares()).probabilities
    np.testing.assert_allclose(encode_both_ways(encoder, mirror).probabilities[:, swap], both)
    np.testing.assert_allclose(both.sum(axis=1), 1)


def test_the_mirror_image_is_seen_mirrored() -> None:
    encoder = side_encoder(bias=0)
    encode_both_ways(encoder, squares())
    first, second = cast(SideModel, encoder.bundle.model).seen
    assert torch.equal(first.flip(3), second)


@pytest.mark.parametrize(("flip", "looks"), [(False, 7), (True, 14)])
def test_evaluation_flips_on_request(tmp_path: Path, flip: bool, looks: int) -> None:
    for number, name in enumerate(CLASSES):
        save_frame(tmp_path / name / f"{number}.png", name, number)
    bundle = fake_bundle()
    report = examine(Encoder(bundle), tmp_path, flip=flip).report
    assert bundle.model.frames_seen == looks
    assert report.classes is not None
    # The fake sees colour alone, so a mirror image of a right nose still looks right to it.
    assert report.classes.confusion["vc-open"]["vc-open"] == 1
