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
    class_targets,
    consistency,
    multi_positive_contrast,
    open_cross_entropy,
    partial_label_loss,
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
    head = FusionHead(widths=(4,), embed_dim=6, classes=7)
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
    frames, texts = units(3, 6, 0).float()[:, None], units(13, 6, 1).float()
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


def log_share(logits: list[float], index: int) -> float:
    return logits[index] - math.log(sum(math.exp(it) for it in logits))


def loop_logits(head: FusionHead, vector: torch.Tensor, prototypes: torch.Tensor) -> list[float]:
    """Mean of both ways to classify, written out."""
    found = []
    for weight, prototype in zip(head.class_weight.detach(), prototypes, strict=True):
        by_head = math.exp(head.class_scale.item()) * float(vector @ weight / weight.norm())
        by_prompt = math.exp(head.prompt_scale.item()) * float(vector @ prototype)
        found.append((by_head + by_prompt) / 2)
    return found


def loop_slerp(a: list[float], b: list[float], t: float) -> torch.Tensor:
    angle = math.acos(sum(x * y for x, y in zip(a, b, strict=True)))
    parts = math.sin((1 - t) * angle), math.sin(t * angle)
    walked = [parts[0] * x + parts[1] * y for x, y in zip(a, b, strict=True)]
    return torch.tensor([it / math.sin(angle) for it in walked], dtype=torch.float64)


def test_open_cross_entropy_agrees_with_a_plain_loop() -> None:
    logits = units(4, 7, 5) * 3
    allowed = torch.rand(4, 7, generator=torch.Generator().manual_seed(1)) < 0.4
    allowed[:, 2] = True
    losses = []
    for row, open_ in zip(logits.tolist(), allowed.tolist(), strict=True):
        own = [index for index in range(7) if open_[index]]
        losses.append(-sum(log_share(row, index) for index in own) / len(own))
    found = float(open_cross_entropy(logits, allowed))
    assert found == pytest.approx(sum(losses) / 4, abs=1e-12)


def test_consistency_agrees_with_a_plain_loop_and_moves_degraded_frames_alone() -> None:
    degraded, clean = units(5, 6, 1).requires_grad_(), units(5, 6, 2).requires_grad_()
    found = consistency(degraded, clean)
    losses = [
        1 - sum(x * y for x, y in zip(a, b, strict=True))
        for a, b in zip(degraded.tolist(), clean.tolist(), strict=True)
    ]
    assert found.item() == pytest.approx(sum(losses) / 5, abs=1e-12)
    found.backward()
    assert clean.grad is None
    assert torch.allclose(degraded.grad, -clean.detach() / 5)


def test_a_turned_frame_asks_for_both_sides_alike() -> None:
    batch = Batch(
        **dict.fromkeys(
            ("pixels", "tags", "captions", "texts", "sentence_tokens", "sentence_classes",
             "prompt_tokens", "prompt_owner", "partners", "mix")
        ),
        labels=torch.tensor([0, 2, 6, 3]),
        turned=torch.tensor([True, False, True, True]),
    )  # type: ignore[arg-type]  # fmt: skip
    assert class_targets(batch).tolist() == [
        [0.5, 0.5, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0.5, 0.5, 0, 0, 0],
    ]


@torch.no_grad()
def test_the_whole_objective_agrees_with_plain_loops() -> None:
    torch.manual_seed(4)
    head = FusionHead(widths=(4,), embed_dim=6, classes=7).double()
    labels, mix = [0, 1, 1, 0], [0.3, 0.8, 0.1, 0.5]
    partners, smooth = [3, 2, 1, 0], 0.1
    none = torch.full((4,), NO_CAPTION)
    tokens = torch.zeros(4, 4, dtype=torch.int64)
    batch = Batch(
        pixels=torch.zeros(4, 3, 4, 4),
        labels=torch.tensor(labels),
        tags=torch.tensor([1, 2, 3, 1]),
        captions=none,
        texts=TextBatch(tokens, torch.tensor(labels), torch.tensor([1, 2, 2, 0]), none),
        sentence_tokens=tokens[:2],
        sentence_classes=torch.tensor([[True] * 2 + [False] * 5, [False] * 6 + [True]]),
        prompt_tokens=torch.zeros(14, 4, dtype=torch.int64),
        prompt_owner=torch.arange(7).repeat_interleave(2),
        partners=torch.tensor(partners),
        mix=torch.tensor(mix, dtype=torch.float64),
    )
    frames, texts, clean = units(4, 6, 6), units(20, 6, 7), units(4, 6, 8)
    weights = ObjectiveConfig(
        contrast=0.7, mixup=0.2, sentences=0.3, consistency=0.9, levels=0.6, label_smoothing=smooth
    )
    scale = torch.tensor(1.5, dtype=torch.float64)
    levels = torch.stack([units(4, 6, 9), units(4, 6, 10)], 1)
    seen = torch.cat([frames[:, None], levels], 1)
    found = Objective(weights)(head, scale, seen, texts, batch, clean)

    prompts = texts[6:]
    sums = [prompts[2 * index] + prompts[2 * index + 1] for index in range(7)]
    prototypes = torch.stack([it / it.norm() for it in sums])

    def smoothed(vector: torch.Tensor, label: int) -> float:
        logits = loop_logits(head, vector, prototypes)
        target = [smooth / 7 + (1 - smooth) * (index == label) for index in range(7)]
        return -sum(share * log_share(logits, index) for index, share in enumerate(target))

    classes = sum(smoothed(frames[i], labels[i]) for i in range(4)) / 4
    walked = [
        loop_slerp(frames[i].tolist(), frames[partners[i]].tolist(), mix[i]) for i in range(4)
    ]
    mixed = sum(smoothed(walked[i], labels[i]) for i in range(4)) / 4
    first, second = (loop_logits(head, texts[4 + i], prototypes) for i in range(2))
    sentences = -(log_share(first, 0) + log_share(first, 1)) / 4 - log_share(second, 6) / 2
    holds = [[0, 3], [1, 2], [1, 2], [0, 3]]
    positive = torch.tensor([[column in row for column in range(4)] for row in holds])
    contrast = loop_contrast(frames, texts[:4], positive, math.exp(1.5))
    distance = sum(1 - float(frames[i] @ clean[i]) for i in range(4)) / 4
    each = sum(smoothed(levels[i, j], labels[i]) for i in range(4) for j in range(2)) / 8
    assert {name: float(term) for name, term in found.items()} == pytest.approx(
        {
            "classes": classes,
            "contrast": 0.7 * contrast,
            "mixup": 0.2 * mixed,
            "sentences": 0.3 * sentences,
            "levels": 0.6 * each,
            "consistency": 0.9 * distance,
        },
        abs=1e-12,
    )


def test_label_that_leaves_classes_open_holds_none_of_them_against_a_frame() -> None:
    logits = torch.tensor([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]])
    two = torch.tensor([[True, True, False]]).expand(3, 3)
    losses = [float(partial_label_loss(logits[[at]], two[[at]], 0.0)) for at in range(3)]
    assert losses[0] == pytest.approx(losses[1])
    assert losses[2] > losses[0] + 3


def test_label_of_one_class_costs_what_it_costs_without_open_classes() -> None:
    logits, labels = torch.randn(5, 7), torch.tensor([0, 3, 6, 1, 1])
    wanted = functional.cross_entropy(logits, labels, label_smoothing=0.1)
    found = partial_label_loss(logits, functional.one_hot(labels, 7).bool(), 0.1)
    assert torch.allclose(found, wanted)
