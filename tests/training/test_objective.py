"""Each term of the objective against a plain loop in float64."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from entdemo.model.fusion import FusionHead
from entdemo.training.batches import Batch
from entdemo.training.config import ObjectiveConfig
from entdemo.training.data import NO_CAPTION
from entdemo.training.objective import (
    Facts,
    Objective,
    batch_tokens,
    multi_positive_contrast,
    open_cross_entropy,
    positives,
    slerp_mixup,
)
from entdemo.training.texts import TextBatch


def units(rows: int, dim: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(
        torch.randn(rows, dim, generator=generator, dtype=torch.float64), dim=-1
    )


def loop_contrast(
    frames: torch.Tensor, texts: torch.Tensor, positive: torch.Tensor, scale: float
) -> float:
    """InfoNCE with several positives, written out."""

    def one_way(a: torch.Tensor, b: torch.Tensor, good: torch.Tensor) -> float:
        losses = []
        for i in range(len(a)):
            own = [j for j in range(len(b)) if good[i, j]]
            if own:
                exponents = [math.exp(scale * float(a[i] @ b[j])) for j in range(len(b))]
                losses.append(-sum(math.log(exponents[j] / sum(exponents)) for j in own) / len(own))
        return sum(losses) / len(losses)

    return (one_way(frames, texts, positive) + one_way(texts, frames, positive.T)) / 2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_contrast_agrees_with_a_plain_loop(seed: int) -> None:
    frames, texts = units(6, 5, seed), units(8, 5, seed + 10)
    positive = torch.rand(6, 8, generator=torch.Generator().manual_seed(seed)) < 0.3
    positive[0] = False
    positive[1, 2] = True
    found = multi_positive_contrast(frames, texts, positive, 4.0)
    assert float(found) == pytest.approx(loop_contrast(frames, texts, positive, 4.0), abs=1e-12)


def test_pulling_a_true_pair_apart_costs() -> None:
    frames = units(4, 8, 0)
    positive = torch.eye(4, dtype=torch.bool)
    together = multi_positive_contrast(frames, frames, positive, 10.0)
    apart = multi_positive_contrast(frames, frames.roll(1, 0), positive, 10.0)
    assert together < apart


def facts(labels: list[int], tags: list[int], captions: list[int] | None = None) -> Facts:
    numbers = [NO_CAPTION] * len(labels) if captions is None else captions
    return Facts(torch.tensor(labels), torch.tensor(tags), torch.tensor(numbers))


def test_a_text_holds_for_frames_of_its_class_that_show_what_it_names() -> None:
    frames = facts([2, 2, 3], [0b011, 0b001, 0b011])
    texts = facts([2, 2, 2, 3], [0b010, 0b000, 0b011, 0b100])
    expected = [[True, True, True, False], [False, True, False, False], [False] * 4]
    assert positives(frames, texts).tolist() == expected


def test_a_caption_without_named_findings_holds_for_frames_with_the_same_caption() -> None:
    frames = facts([2, 2, 3, 2], [0, 0, 0, 0], [5, 6, 5, NO_CAPTION])
    texts = facts([2, 2, 2, 3], [0, 0, 0, 0], [5, 6, NO_CAPTION, 5])
    assert positives(frames, texts).tolist() == [
        [True, False, True, False],
        [False, True, True, False],
        [False, False, False, True],
        [False, False, True, False],
    ]


def test_mixup_stays_on_the_sphere_between_the_partners() -> None:
    embeddings = units(4, 6, 3)
    partners = torch.tensor([1, 0, 2, 0])
    mixed = slerp_mixup(embeddings, partners, torch.full((4,), 0.5, dtype=torch.float64))
    assert torch.allclose(mixed.norm(dim=1), torch.ones(4, dtype=torch.float64))
    assert torch.allclose(mixed[0], functional.normalize(embeddings[0] + embeddings[1], dim=0))
    assert torch.allclose(mixed[2], embeddings[2])


def test_an_open_side_asks_for_equal_shares() -> None:
    allowed = torch.tensor([[True, True, False]])
    even = torch.tensor([[2.0, 2.0, -8.0]])
    leaning = torch.tensor([[4.0, 0.0, -8.0]])
    assert float(open_cross_entropy(even, allowed)) == pytest.approx(math.log(2), abs=1e-4)
    assert open_cross_entropy(leaning, allowed) > open_cross_entropy(even, allowed)


@torch.no_grad()
def test_terms_are_named_and_weighted() -> None:
    torch.manual_seed(0)
    head = FusionHead(width=4, embed_dim=6, levels=1, classes=7)
    tokens = torch.ones(3, 4, dtype=torch.int64)
    batch = Batch(
        pixels=torch.zeros(3, 3, 4, 4),
        labels=torch.tensor([0, 1, 1]),
        tags=torch.tensor([1, 2, 2]),
        captions=torch.full((3,), NO_CAPTION),
        texts=TextBatch(
            tokens,
            torch.tensor([0, 1, 1]),
            torch.tensor([1, 2, 0]),
            torch.full((3,), NO_CAPTION),
        ),
        sentence_tokens=tokens,
        sentence_classes=torch.ones(3, 7, dtype=torch.bool),
        prompt_tokens=torch.ones(7, 4, dtype=torch.int64),
        prompt_owner=torch.arange(7),
        partners=torch.tensor([0, 2, 1]),
        mix=torch.rand(3),
    )
    assert len(batch_tokens(batch)) == 13
    frames, texts = units(3, 6, 0).float(), units(13, 6, 1).float()
    scale = torch.tensor(2.0)
    full = Objective(ObjectiveConfig(contrast=1, mixup=1, sentences=1))
    half = Objective(ObjectiveConfig(contrast=0.5, mixup=0, sentences=0.25))
    whole = full(head, scale, frames, texts, batch)
    part = half(head, scale, frames, texts, batch)
    assert list(whole) == ["classes", "contrast", "mixup", "sentences"]
    assert float(part["classes"]) == pytest.approx(float(whole["classes"]))
    assert float(part["contrast"]) == pytest.approx(0.5 * float(whole["contrast"]))
    assert float(part["mixup"]) == 0
    assert float(part["sentences"]) == pytest.approx(0.25 * float(whole["sentences"]))
