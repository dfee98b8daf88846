"""Findings within a region: told from text alone, by curves measured for the weights that serve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources

import numpy as np
import pytest

from entdemo.inference.findings import (
    CURVES_FILE,
    Curve,
    FindingReader,
    Vectors,
    curves_of,
    directions,
)
from entdemo.taxonomy import REGIONS, findings_of

NAMES = {name: row for row, it in enumerate(findings_of("nose")) for name in (it.en, it.vi)}


def embed(texts: Sequence[str]) -> Vectors:
    """One axis for each finding of the nose, whatever the language."""
    return np.eye(len(NAMES) // 2, dtype=np.float32)[[NAMES[text] for text in texts]]


def test_a_direction_leads_to_its_finding_and_away_from_the_others() -> None:
    found = directions("nose", embed)
    shown = embed(["nasal polyp"])[0]
    products = {key: float(shown @ row) for key, row in found.items()}
    assert max(products, key=products.__getitem__) == "polyp"
    assert sum(products.values()) == pytest.approx(0, abs=1e-6)


def test_the_likelihood_rises_with_likeness_and_only_measured_findings_are_told() -> None:
    reader = FindingReader({"nose": {"polyp": Curve(9, -3), "spur": Curve(9, -3)}}, embed)
    found = reader.read(embed(["polyp mũi"])[0], "nose")
    assert [it.key for it in found] == ["polyp", "spur"]
    assert found[0].likelihood > 0.9 > 0.1 > found[1].likelihood


def test_nothing_is_told_of_a_region_or_of_weights_without_measured_curves() -> None:
    reader = FindingReader({"nose": {"polyp": Curve(9, -3)}}, embed)
    assert reader.read(embed(["nasal polyp"])[0], "throat") == ()
    assert curves_of("no such weights") == {}


def test_the_texts_of_a_region_are_encoded_once() -> None:
    calls = []

    def counted(texts: Sequence[str]) -> Vectors:
        calls.append(texts)
        return embed(texts)

    reader = FindingReader({"nose": {"polyp": Curve(9, -3)}}, counted)
    for _ in range(3):
        reader.read(embed(["nasal polyp"])[0], "nose")
    assert len(calls) == 1


def test_kept_curves_are_of_known_findings_and_rise() -> None:
    kept = json.loads(resources.files("entdemo.inference").joinpath(CURVES_FILE).read_text())
    assert kept
    for weights in kept:
        for region, curves in curves_of(weights).items():
            assert region in REGIONS
            assert curves.keys() <= {it.key for it in findings_of(region)}
            assert all(curve.slope > 0 for curve in curves.values())
