"""From a network's logits to the probabilities that are stated.

The app, the command line, evaluation, the fit of the out-of-distribution threshold and the ablation
all call ``calibrate``, so that what is measured is what is served.

Source: Guo et al., "On calibration of modern neural networks", ICML 2017 (temperature scaling).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from entdemo.bundle.weights import Calibration
from entdemo.model.ood import suspicion
from entdemo.taxonomy import CLASSES, REGIONS, region_of

REGION_MEMBERS = torch.tensor(
    [[float(region_of(name) == region) for region in REGIONS] for name in CLASSES],
    dtype=torch.float64,
)
"""[C, R], 1 where a class belongs to a region."""


class Calibrated(NamedTuple):
    """What is stated of B frames or texts; float64 on the CPU.

    Attributes:
        probabilities: [B, C], in the order of ``taxonomy.CLASSES``; rows sum to 1.
        regions: [B, R], in the order of ``taxonomy.REGIONS``; rows sum to 1.
        distances: [B], the out-of-distribution score of ``model.ood.suspicion``; 0 for texts.
    """

    probabilities: Tensor
    regions: Tensor
    distances: Tensor


def calibrate(
    logits: Tensor, calibration: Calibration, distances: Tensor | None = None
) -> Calibrated:
    """Divide logits by the temperature of their kind and score how strange each frame is.

    Args:
        logits: float [B, C], of ``FusionHead.class_logits``.
        calibration: fitted temperatures.
        distances: float [B], of ``OodDetector``, for frames; None for texts.
    """
    is_text = distances is None
    temperature = calibration.text_temperature if is_text else calibration.frame_temperature
    # On the CPU because Apple's GPUs have no float64.
    probabilities = (logits.cpu().double() / temperature).softmax(dim=-1)
    score = (
        probabilities.new_zeros(len(probabilities))
        if distances is None
        else suspicion(distances.cpu().double(), probabilities)
    )
    return Calibrated(probabilities, probabilities @ REGION_MEMBERS, score)
