"""Temperatures and the threshold of refusal, fitted on what is said of frames not learned from."""

from __future__ import annotations

import torch

from entdemo.adaptation.frames import OwnFrames
from entdemo.adaptation.judge import Said
from entdemo.bundle.weights import Bundle, Calibration, OodInfo
from entdemo.inference.calibration import distances_of
from entdemo.taxonomy import MIRRORED
from entdemo.training.calibrate import fit_temperature, fit_unlikeness, ood_threshold


def fitted_calibration(
    bundle: Bundle, frames: OwnFrames, said: Said
) -> tuple[Calibration, OodInfo]:
    """Fit the temperature of frames, its rise with unlikeness, and the threshold.

    The temperature of texts stays: texts are encoded as before.

    Args:
        bundle: what it cannot fit stays, and so does the threshold where it refuses less.
        frames: N.
        said: of them, by heads that never saw them.
    """
    old = bundle.info.calibration
    exact = torch.tensor([len(item.open) == 1 for item in frames.items])
    classes = frames.allowed.int().argmax(1)
    labels = torch.cat([classes, torch.tensor(MIRRORED)[classes]])
    temperature = old.frame_temperature
    if exact.any():
        twice = exact.repeat(2)
        temperature = max(1.0, fit_temperature(said.logits[twice], labels[twice]))
    new = old.model_copy(update={"frame_temperature": temperature, "unlikeness": None})
    rows, _ = frames.regions
    if old.unlikeness is not None and len(rows):
        known = torch.cat([torch.from_numpy(rows), torch.from_numpy(rows) + len(frames)])
        deep = distances_of(bundle.model, said.encoded).deep
        rise = fit_unlikeness(said.logits[known], deep[known], labels[known], new)
        new = new.model_copy(update={"unlikeness": rise})
    scores = said.stated(bundle.model, new).distances
    threshold = torch.tensor([bundle.info.ood.threshold], dtype=scores.dtype)
    return new, OodInfo(threshold=ood_threshold(scores, threshold))
