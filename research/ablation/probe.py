"""The linear probe: logistic regression on the frozen base's own vectors."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from entdemo.inference.calibration import mean_with_mirrored
from research.ablation.fit import fresh_network
from research.ablation.material import Material
from research.ablation.measure import Figures, classified, embed
from research.ablation.variants import Variant

_INVERSE_REGULARISATION = (0.003, 0.03, 0.3)

Vectors = NDArray[np.float32]


def probe(material: Material, variant: Variant, chosen: NDArray[np.int64]) -> Figures:
    """Fit on frames as they are and mirrored; validation frames choose the regularisation.

    Args:
        material: frames.
        variant: its vectors are the features.
        chosen: int64 [M], training frames to learn from.

    Returns:
        Accuracy, macro-F1 and calibration error on the test frames.
    """
    network = fresh_network(material, variant, seed=0).eval()
    rows = torch.from_numpy(chosen)
    with torch.no_grad():
        looks = [embed(network, material.train.grids[rows, side]).numpy() for side in (0, 1)]
    labels = material.train.labels[rows].T.flatten().numpy()
    validation, both = _held_out(material, variant)
    truth = material.validation.labels[:, 0].numpy()
    fitted = [
        _logistic(strength).fit(np.concatenate(looks), labels)
        for strength in _INVERSE_REGULARISATION
    ]
    best = max(fitted, key=lambda model: float(model.score(validation, truth)))
    probabilities = mean_with_mirrored(torch.from_numpy(best.predict_proba(both)))
    return classified(probabilities.numpy(), material.test.labels[:, 0].numpy())


@lru_cache(maxsize=1)
def _held_out(material: Material, variant: Variant) -> tuple[Vectors, Vectors]:
    """Vectors of validation frames, and of test frames then their mirror images."""
    network = fresh_network(material, variant, seed=0).eval()
    with torch.no_grad():
        validation = embed(network, material.validation.grids[:, 0])
        both = torch.cat([embed(network, material.test.grids[:, view]) for view in (0, 1)])
    return validation.numpy(), both.numpy()


def _logistic(strength: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))
