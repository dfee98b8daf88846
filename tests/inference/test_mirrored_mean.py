"""What is stated of a frame is the mean with its mirror image, sides swapped back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from entdemo.bundle.weights import Bundle
from entdemo.inference.calibration import Calibrated, mean_with_mirrored, mirrored_mean
from entdemo.inference.encoder import Encoder
from entdemo.model.network import EncodedFrames
from entdemo.taxonomy import MIRRORED
from tests.helpers.evaluation_fakes import fake_bundle


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
    """A right ear whose mirror image is half taken for a left one, half for a throat."""
    probabilities = torch.zeros(2, 7, dtype=torch.float64)
    probabilities[0, 2] = 1
    probabilities[1, 3] = probabilities[1, 6] = 0.5
    regions = torch.tensor([[0, 1, 0, 0], [0, 0.5, 0, 0.5]], dtype=torch.float64)
    distances = torch.tensor([1.0, 3.0], dtype=torch.float64)
    found = mirrored_mean(Calibrated(probabilities, regions, distances, distances / 2))
    assert found.probabilities.tolist() == [[0, 0, 0.75, 0, 0, 0, 0.25]]
    assert found.regions.tolist() == [[0, 0.75, 0, 0.25]]
    assert (found.distances.tolist(), found.unlikeness.tolist()) == ([2], [1])
    assert torch.equal(mean_with_mirrored(probabilities), found.probabilities)


def test_each_frame_is_paired_with_its_own_mirror_image() -> None:
    frames = torch.eye(7)[[0, 4, 3]]
    found = mean_with_mirrored(torch.cat([frames, frames[:, list(MIRRORED)]]))
    assert torch.equal(found, frames)


def test_a_frame_and_its_mirror_image_get_mirrored_answers() -> None:
    """Even of a model that prefers one side."""
    encoder = side_encoder(bias=3)
    plain = encoder.frames(squares()).probabilities
    mirrored = encoder.frames(squares()[:, :, ::-1]).probabilities
    np.testing.assert_allclose(np.take(mirrored, MIRRORED, axis=1), plain)
    np.testing.assert_allclose(plain.sum(axis=1), 1)


def test_the_preferred_side_is_no_answer() -> None:
    """An even picture says nothing of the side, whatever the model prefers."""
    even = np.full((1, 16, 16, 3), 128, np.uint8)
    nose_right, nose_left, *_ = side_encoder(bias=3).frames(even).probabilities[0]
    assert nose_right == pytest.approx(nose_left)


def test_vectors_are_of_the_frame_alone() -> None:
    encoder = side_encoder(bias=0)
    found = encoder.frames(squares()).vectors
    np.testing.assert_array_equal(found, encoder.embeddings(squares()))
    seen = cast(SideModel, encoder.bundle.model).seen[0]
    assert torch.equal(seen[:5].flip(3), seen[5:])
