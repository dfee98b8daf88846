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
from entdemo.model.network import EncodedFrames, EntClip
from entdemo.model.ood import suspicion
from entdemo.taxonomy import CLASSES, MIRRORED, REGIONS, region_of

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
        unlikeness: [B], above 1 where a frame is so unlike the known ones that its probabilities
            were flattened; 0 for texts, and in weights that do not measure it.
    """

    probabilities: Tensor
    regions: Tensor
    distances: Tensor
    unlikeness: Tensor


class Distances(NamedTuple):
    """How far frames lie from the known ones.

    Attributes:
        low_level: float [B], of ``EntClip.ood``.
        deep: float [B], of ``EntClip.deep``.
    """

    low_level: Tensor
    deep: Tensor


def distances_of(model: EntClip, encoded: EncodedFrames) -> Distances:
    """Both distances of encoded frames."""
    return Distances(model.ood(encoded.features), model.deep(encoded.depths))


def calibrate(
    logits: Tensor, calibration: Calibration, distances: Distances | None = None
) -> Calibrated:
    """Divide logits by their temperature and score how strange each frame is.

    The temperature of a frame rises with its unlikeness: known frames say little of how often the
    network errs on others.

    Args:
        logits: float [B, C], of ``FusionHead.class_logits``.
        calibration: fitted temperatures.
        distances: of frames; None for texts.
    """
    # On the CPU because Apple's GPUs have no float64.
    logits = logits.cpu().double()
    if distances is None:
        probabilities = (logits / calibration.text_temperature).softmax(dim=-1)
        nothing = probabilities.new_zeros(len(probabilities))
        return Calibrated(probabilities, probabilities @ REGION_MEMBERS, nothing, nothing)
    unlikeness, rise = _unlikeness(distances.deep.cpu().double(), calibration)
    temperature = calibration.frame_temperature * rise.unsqueeze(-1)
    probabilities = (logits / temperature).softmax(dim=-1)
    score = suspicion(distances.low_level.cpu().double(), probabilities)
    return Calibrated(probabilities, probabilities @ REGION_MEMBERS, score, unlikeness)


def mirrored_mean(stated: Calibrated) -> Calibrated:
    """Mean over frames and their mirror images, sides swapped back.

    A mirrored right ear is a left ear: a network that reads sides says of it what it says of the
    frame, with the sides exchanged. Where it does not, both answers count half.

    Args:
        stated: of 2B frames: B frames, then their mirror images in the same order.
    """
    means = Calibrated(*(field.unflatten(0, (2, -1)).mean(dim=0) for field in stated))
    return means._replace(probabilities=mean_with_mirrored(stated.probabilities))


def mean_with_mirrored(probabilities: Tensor) -> Tensor:
    """[2B, C] of B frames, then of their mirror images in the same order -> [B, C], their mean.

    The sides of the mirror images are swapped back.
    """
    frames, mirrored = probabilities.chunk(2)
    mean: Tensor = (frames + mirrored[:, list(MIRRORED)]) / 2
    return mean


def _unlikeness(deep: Tensor, calibration: Calibration) -> tuple[Tensor, Tensor]:
    """[B] distances over their reference, and [B] factors of the temperature, at least 1."""
    info = calibration.unlikeness
    if info is None:
        return torch.zeros_like(deep), torch.ones_like(deep)
    relative = deep / info.reference
    return relative, relative.clamp(min=1) ** info.power
