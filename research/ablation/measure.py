"""Figures of one run on the test frames."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.bundle.weights import Calibration
from entdemo.evaluation import metrics
from entdemo.evaluation.retrieval import Ranks, first_hits
from entdemo.inference.calibration import calibrate
from entdemo.model.network import EntClip
from entdemo.training.calibrate import fit_temperature
from research.ablation.losses import class_logits
from research.ablation.material import Frames, Material
from research.ablation.variants import Variant

Figures = dict[str, float]
Array = NDArray[np.float32]
Labels = NDArray[np.int64]

_BATCH = 64


@torch.no_grad()
def measure(model: EntClip, variant: Variant, material: Material) -> Figures:
    """Classification, calibrated on the validation frames, and retrieval among the test frames.

    Args:
        model: in evaluation mode.
        variant: how it classifies.
        material: test frames, and validation frames for the temperature.
    """
    held_out = embed(model, material.validation.grids[:, 0])
    temperature = fit_temperature(
        class_logits(model.head, variant, held_out), material.validation.labels[:, 0]
    )
    frames = embed(model, material.test.grids[:, 0])
    calibration = Calibration(frame_temperature=temperature, text_temperature=temperature)
    logits = class_logits(model.head, variant, frames)
    truth = material.test.labels[:, 0].numpy()
    probabilities = calibrate(logits, calibration).probabilities.numpy()
    return classified(probabilities, truth) | _retrieved(frames.numpy(), material.test, truth)


def embed(model: EntClip, grids: Tensor) -> Tensor:
    """Stem features [N, width, g, g] -> float32 [N, D] unit vectors."""
    parts = torch.split(grids, _BATCH)
    return torch.cat([model.encode_frames(part.float()).embedding for part in parts])


def classified(probabilities: NDArray[np.float64], truth: Labels) -> Figures:
    """Accuracy, macro-F1 and calibration error."""
    predicted = probabilities.argmax(axis=1)
    return {
        "accuracy": metrics.accuracy(truth, predicted),
        "macro_f1": metrics.macro_f1(truth, predicted),
        "ece": metrics.expected_calibration_error(probabilities, truth),
    }


def _retrieved(vectors: Array, frames: Frames, truth: Labels) -> Figures:
    """A hit is a frame of the query's class; the query's own frame is left out."""
    every = np.arange(len(truth))
    by_frame = first_hits(vectors, truth, every, vectors, truth, every)
    captions = frames.captions[:, 0].flatten(0, 1).numpy()
    owners = np.repeat(every, 2)
    by_text = first_hits(captions, truth[owners], owners, vectors, truth, every)
    return _ranked("image", by_frame) | _ranked("text", by_text)


def _ranked(query: str, ranks: Ranks) -> Figures:
    return {
        f"{query}_recall@1": float(ranks.recall_at(1).mean()),
        f"{query}_mrr": float(ranks.reciprocal.mean()),
    }
