"""Finding anchors: which ones hold, and their loss against a plain loop."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from entdemo.taxonomy import CLASSES, findings_of, region_of
from entdemo.training.anchors import PAIRS, FindingAnchors, anchors_of
from entdemo.training.data import finding_bits
from entdemo.training.objective import finding_loss

LABELS = torch.tensor([CLASSES.index(name) for name in ("ear-left", "nose-right", "throat")])
TAGS = torch.tensor([finding_bits("ear-left", ["wax", "plaque"]), 0, 0])
TAGS[2] = finding_bits("throat", ["tonsils"])


def test_there_is_an_anchor_for_each_finding_of_each_class() -> None:
    assert len(set(PAIRS)) == len(PAIRS)
    assert len(PAIRS) == sum(len(findings_of(region_of(name))) for name in CLASSES)


def test_the_anchors_of_seen_findings_hold_for_their_class_alone() -> None:
    named = FindingAnchors(4).named(LABELS, TAGS)
    assert named.sum(1).tolist() == [2, 0, 1]
    assert {PAIRS[i][0] for i in torch.nonzero(named[0])[:, 0]} == {CLASSES.index("ear-left")}


def test_the_loss_agrees_with_a_plain_loop() -> None:
    torch.manual_seed(3)
    anchors = FindingAnchors(5).double()
    embedding = functional.normalize(torch.randn(3, 5, dtype=torch.float64), dim=-1)
    losses = []
    for row, named in zip(embedding, anchors.named(LABELS, TAGS), strict=True):
        own = [index for index in range(len(PAIRS)) if named[index]]
        cosines = [float(row @ weight / weight.norm()) for weight in anchors.weight.detach()]
        exponents = [math.exp(math.exp(anchors.scale.item()) * cosine) for cosine in cosines]
        if own:
            losses.append(-sum(math.log(exponents[i] / sum(exponents)) for i in own) / len(own))
    found = finding_loss(anchors, embedding, LABELS, TAGS).item()
    assert found == pytest.approx(sum(losses) / 2, abs=1e-12)


def test_a_network_without_anchors_has_none() -> None:
    model = torch.nn.Module()
    assert anchors_of(model) is None
    model.anchors = FindingAnchors(4)
    assert anchors_of(model) is model.anchors
