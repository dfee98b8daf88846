"""A head that learns from frames moves classes and neighbours, and is the bundle's otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import OwnFrames
from entdemo.adaptation.judge import Said, cross_validated, dealt_out, encoded_by, judge, said_by
from entdemo.adaptation.labels import Labelled
from entdemo.inference.calibration import REGION_MEMBERS, Calibrated, mirrored_mean
from entdemo.model.fusion import FusionHead
from entdemo.model.network import FrameDepths
from entdemo.taxonomy import CLASSES, MIRRORED

COUNT = 42
WIDTHS = (12, 8)
DIM = 16
EVERY_ROW = np.arange(COUNT)


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(0)
    head = FusionHead(WIDTHS, DIM, len(CLASSES)).requires_grad_(False).eval()
    head.prototypes.copy_(functional.normalize(torch.randn(len(CLASSES), DIM), dim=-1))
    return SimpleNamespace(head=head, config=SimpleNamespace(slerp_join=True, levels=(0, 1)))


@pytest.fixture(scope="module")
def frames() -> OwnFrames:
    """Six frames a class that the first level tells apart, and a random head does not."""
    torch.manual_seed(1)
    labels = torch.arange(COUNT) % len(CLASSES)
    depths, mirrored = (_depths(it) for it in (labels, torch.tensor(MIRRORED)[labels]))
    allowed = functional.one_hot(labels, len(CLASSES)).bool()
    items = [Labelled(Path("x"), frozenset({CLASSES[at]})) for at in labels]
    squares = np.zeros((COUNT, 4, 4, 3), np.uint8)
    return OwnFrames(depths, mirrored, allowed, EVERY_ROW, items, squares)


def _depths(labels: Tensor) -> FrameDepths:
    first = 4 * functional.one_hot(labels, WIDTHS[0]) + torch.randn(COUNT, WIDTHS[0])
    own = functional.normalize(torch.randn(COUNT, DIM), dim=-1)
    return FrameDepths([first, torch.randn(COUNT, WIDTHS[1])], own, torch.zeros(COUNT, 1))


def test_fit_finds_the_classes_and_leaves_the_given_head_alone(
    model: Any, frames: OwnFrames
) -> None:
    before = {name: value.clone() for name, value in model.head.state_dict().items()}
    head = fitted_head(model, *frames.training(EVERY_ROW))
    given = encoded_by(head, frames.depths, slerp_join=True).embedding
    found = head.class_logits(given, head.prototypes).argmax(1)
    assert (found == frames.allowed.int().argmax(1)).float().mean() > 0.9
    assert all(torch.equal(value, before[name]) for name, value in model.head.state_dict().items())


def test_embedding_moves_so_that_neighbours_are_of_the_class(model: Any, frames: OwnFrames) -> None:
    def recall(head: FusionHead) -> float:
        given = encoded_by(head, frames.depths, slerp_join=True).embedding
        nearest = (given @ given.T).fill_diagonal_(-1).argmax(1)
        same = frames.allowed[nearest] & frames.allowed
        return float(same.any(1).float().mean())

    head = fitted_head(model, *frames.training(EVERY_ROW))
    assert recall(head) > recall(model.head) + 0.2


def test_without_pooled_maps_every_depth_learns(model: Any, frames: OwnFrames) -> None:
    """Here the last depth alone tells the classes."""

    def right(levels: tuple[int, ...]) -> float:
        head = fitted_head(_with(model, levels), *last.training(EVERY_ROW))
        given = encoded_by(head, depths, slerp_join=True).embedding
        found = head.class_logits(given, head.prototypes).argmax(1)
        return float(frames.allowed[torch.arange(COUNT), found].float().mean())

    torch.manual_seed(2)
    last = replace(frames, depths=_swapped(frames.depths), mirrored=_swapped(frames.mirrored))
    depths = last.depths
    assert right((3, 6)) > 0.9
    assert right((3, 6)) > right((0, 6))


def _swapped(depths: FrameDepths) -> FrameDepths:
    """The same, but that the last depth tells what the first told."""
    told = functional.normalize(depths.vectors[0][:, : WIDTHS[1]], dim=-1)
    return depths._replace(vectors=[torch.randn(COUNT, WIDTHS[0]), 4 * told])


def _with(model: Any, levels: tuple[int, ...]) -> Any:
    return SimpleNamespace(head=model.head, config=SimpleNamespace(slerp_join=True, levels=levels))


def test_label_of_a_region_alone_leaves_its_sides_open(model: Any, frames: OwnFrames) -> None:
    ears = torch.tensor([name.startswith("ear") for name in CLASSES])
    allowed = torch.where((frames.allowed & ears).any(1, keepdim=True), ears, frames.allowed)
    partly = replace(frames, allowed=allowed)
    head = fitted_head(model, *partly.training(EVERY_ROW))
    given = encoded_by(head, frames.depths, slerp_join=True).embedding
    found = head.class_logits(given, head.prototypes).argmax(1)
    assert allowed[torch.arange(COUNT), found].float().mean() > 0.9


def test_cross_validation_tells_gain_on_frames_not_learned_from(
    model: Any, frames: OwnFrames
) -> None:
    old = said_by(model.head, frames, slerp_join=True)
    unseen = cross_validated(model, frames)
    assert unseen.logits.shape == (2 * COUNT, len(CLASSES))
    judged = judge(frames, *(_stated(it) for it in (old, unseen)))
    before, after = judged.rates
    assert after > before
    assert judged.change[0] > 0
    assert judged.ece is not None
    by_label = judged.by_label()
    assert set(by_label) == set(CLASSES)
    for name, part in by_label.items():
        assert part.labels == [name] * len(part.before)


def test_groups_are_dealt_out_whole_and_kinds_evenly() -> None:
    groups = np.repeat(np.arange(30), 2)
    kinds = [f"kind {group % 3}" for group in groups]
    parts = dealt_out(groups, kinds, 5, seed=1)
    assert parts[::2].tolist() == parts[1::2].tolist()
    for kind in set(kinds):
        of_kind = [part for part, name in zip(parts, kinds, strict=True) if name == kind]
        assert np.bincount(of_kind).tolist() == [4] * 5
    assert parts.tolist() == dealt_out(groups, kinds, 5, seed=1).tolist()
    assert parts.tolist() != dealt_out(groups, kinds, 5, seed=2).tolist()


def test_frame_under_a_wrong_label_is_named(model: Any, frames: OwnFrames) -> None:
    wrong = frames.allowed.clone()
    wrong[0] = torch.roll(wrong[0], 2)
    items = [Labelled(Path("own/wrong.png"), _named(wrong[0])), *frames.items[1:]]
    mislabelled = replace(frames, allowed=wrong, items=items)
    said = _stated(cross_validated(model, mislabelled))
    first = judge(mislabelled, said, said).doubtful[0]
    assert (first.name, first.looks_like) == ("own/wrong.png", CLASSES[0])
    assert first.label == CLASSES[2]
    assert first.probability < 0.05


def _named(allowed: Tensor) -> frozenset[str]:
    return frozenset(name for name, is_open in zip(CLASSES, allowed, strict=True) if is_open)


def _stated(said: Said) -> Calibrated:
    """Without a temperature, of a network that does not measure distances."""
    probabilities = said.logits.double().softmax(1)
    nothing = torch.zeros(len(probabilities))
    return mirrored_mean(
        Calibrated(probabilities, probabilities @ REGION_MEMBERS, nothing, nothing)
    )
