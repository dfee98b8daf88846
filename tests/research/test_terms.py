"""Terms of related work against plain loops in float64."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from research.ablation.terms import balanced_contrast, cluster_agreement

SCALE = 10.0


def unit(n: int, seed: int, dims: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(n, dims, generator=generator).double(), dim=-1)


def test_balanced_contrast_against_a_loop() -> None:
    vectors, labels = unit(7, 0), torch.tensor([0, 0, 0, 1, 1, 2, 0])
    losses = []
    for i in range(7):
        others = [k for k in range(7) if k != i]
        below = 0.0
        for label in range(3):
            own = [math.exp(SCALE * vectors[i] @ vectors[k]) for k in others if labels[k] == label]
            below += sum(own) / len(own) if own else 0.0
        same = [k for k in others if labels[k] == labels[i]]
        if same:
            terms = [SCALE * float(vectors[i] @ vectors[k]) - math.log(below) for k in same]
            losses.append(-sum(terms) / len(terms))
    assert len(losses) == 6, "a frame alone in its class does not count"
    found = balanced_contrast(vectors, labels)
    assert float(found) == pytest.approx(sum(losses) / len(losses), abs=1e-9)


def test_balanced_contrast_pulls_classes_together() -> None:
    vectors = unit(8, 1).requires_grad_()
    labels = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1])
    balanced_contrast(vectors, labels).backward()
    assert vectors.grad is not None
    assert torch.isfinite(vectors.grad).all()
    moved = functional.normalize(vectors.detach() - 0.05 * vectors.grad, dim=-1)
    assert balanced_contrast(moved, labels) < balanced_contrast(vectors.detach(), labels)


def test_balanced_contrast_of_strangers_is_zero() -> None:
    assert float(balanced_contrast(unit(3, 2), torch.arange(3))) == 0


def test_cluster_agreement_against_a_loop() -> None:
    frames, texts, clusters = unit(5, 3), unit(5, 4), unit(4, 5)

    def shares(vector: Tensor) -> list[float]:
        raised = [math.exp(SCALE * float(vector @ cluster)) for cluster in clusters]
        return [value / sum(raised) for value in raised]

    by_frame = [shares(row) for row in frames]
    by_text = [shares(row) for row in texts]
    crossed = sum(
        t * math.log(f) + f * math.log(t)
        for one, other in zip(by_frame, by_text, strict=True)
        for f, t in zip(one, other, strict=True)
    )
    mean = [sum(row[k] for row in by_frame + by_text) / 10 for k in range(4)]
    entropy = -sum(value * math.log(value) for value in mean)
    found = cluster_agreement(frames, texts, clusters)
    assert float(found) == pytest.approx(-crossed / 5 / 2 - entropy, abs=1e-9)


def test_cluster_agreement_prefers_agreement_to_collapse() -> None:
    clusters = torch.eye(4).double()
    agreed = cluster_agreement(clusters, clusters, clusters)
    crossed = cluster_agreement(clusters, clusters.roll(1, 0), clusters)
    collapsed = cluster_agreement(clusters[:1].expand(4, -1), clusters[:1].expand(4, -1), clusters)
    assert agreed < collapsed < crossed
