"""The distance score is low near the classes and high elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from entdemo.model.ood import OodDetector, suspicion


def sample(n: int, centres: torch.Tensor, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % len(centres)
    return centres[labels] + 0.3 * torch.randn(n, centres.shape[1], generator=generator), labels


def test_far_points_score_higher_than_every_training_like_point() -> None:
    centres = torch.eye(3, 10) * 4
    detector = OodDetector(3, 10)
    detector.fit(*sample(600, centres, 0))
    near = detector(sample(200, centres, 1)[0])
    far = detector(torch.full((5, 10), 3.0))
    assert 0.8 < float(near.mean()) < 1.2
    assert float(far.min()) > float(near.max())


def test_a_direction_without_variance_counts_more() -> None:
    features = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    features[:, 1] *= 0.1
    detector = OodDetector(1, 2)
    detector.fit(features, torch.zeros(500, dtype=torch.int64))
    along, across = detector(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    assert across > 2 * along


def test_doubt_raises_the_score_by_hand() -> None:
    sure, torn, lost = (
        torch.eye(7)[0],
        torch.tensor([0.5, 0.5] + [0.0] * 5),
        torch.full((7,), 1 / 7),
    )
    scores = suspicion(torch.tensor([2.0, 2.0, 2.0]), torch.stack([sure, torn, lost]))
    expected = [2.0, 2.0 * 2 ** (0.5 / np.log(7)), 2.0 * np.exp(0.5)]
    assert scores.tolist() == pytest.approx(expected, rel=1e-5)
