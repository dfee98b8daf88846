"""How likely each finding of a region is in a frame, from text alone.

A finding has no head of its own: a frame is compared with the embeddings of the findings' names,
each taken relative to the mean of its region's. A logistic curve, fitted on labelled frames by
``benchmarks.findings``, turns the product into a probability. ``finding_curves.json`` holds the
curves of the findings that were measured better than their base rate, by ``embedder_id``; for
other weights nothing was measured and nothing is told.

Source: the idea of Lin et al., "CT-GLIP", 2024 (a region's findings are told by comparing it with
texts about that region); Platt, "Probabilistic outputs for support vector machines", 1999.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entdemo.taxonomy import findings_of

Vectors = NDArray[np.float32]
EmbedTexts = Callable[[Sequence[str]], Vectors]
"""N texts -> float32 [N, D], their unit vectors in the joint space."""

CURVES_FILE = "finding_curves.json"


class LikelyFinding(NamedTuple):
    """A finding's key, unique within the region, and its calibrated probability."""

    key: str
    likelihood: float


class Curve(NamedTuple):
    """Probability of a finding: the logistic function of ``slope * product + offset``."""

    slope: float
    offset: float

    def at(self, products: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability, 0 to 1, at each of some products."""
        likelihoods: NDArray[np.float64] = 1 / (1 + np.exp(-(self.slope * products + self.offset)))
        return likelihoods


Curves = Mapping[str, Mapping[str, Curve]]
"""By region and key of the finding."""


def directions(region: str, embed: EmbedTexts) -> dict[str, Vectors]:
    """Where each finding of a region lies from the mean of them all, float32 [D] by key."""
    findings = findings_of(region)
    embedded = embed([text for it in findings for text in (it.en, it.vi)])
    means = embedded.reshape(len(findings), 2, -1).mean(1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    apart = means - means.mean(0)
    return {it.key: row for it, row in zip(findings, apart, strict=True)}


class FindingReader:
    """Tells the findings of encoded frames.

    Args:
        curves: of the findings that are told.
        embed: encodes texts; called once a region, when its first frame comes.
    """

    def __init__(self, curves: Curves, embed: EmbedTexts) -> None:
        self._curves = curves
        self._directions = cache(lambda region: directions(region, embed))

    def read(self, vector: Vectors, region: str) -> tuple[LikelyFinding, ...]:
        """The findings that are told of a frame's region, most likely first.

        Args:
            vector: [D] float32, the frame's unit vector.
            region: the region found.
        """
        curves = self._curves.get(region)
        if not curves:
            return ()
        towards = self._directions(region)
        found = [
            LikelyFinding(key, float(curve.at(np.array(vector @ towards[key], np.float64))))
            for key, curve in curves.items()
        ]
        return tuple(sorted(found, key=lambda it: -it.likelihood))


def curves_of(embedder_id: str) -> Curves:
    """The curves measured for some weights; empty where none were."""
    return {
        region: {key: Curve(**curve) for key, curve in of_region.items()}
        for region, of_region in _measured().get(embedder_id, {}).items()
    }


@cache
def _measured() -> dict[str, Any]:
    file = resources.files("entdemo.inference").joinpath(CURVES_FILE)
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content
