"""Figures of one run on the test frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.bundle.weights import Calibration
from entdemo.evaluation import metrics
from entdemo.evaluation.retrieval import first_hits
from entdemo.gallery.cases import Case
from entdemo.gallery.matching import Matcher, Query
from entdemo.gallery.store import Gallery
from entdemo.inference.calibration import Calibrated, calibrate, mirrored_mean
from entdemo.model.network import EntClip
from entdemo.taxonomy import CLASSES
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
    calibration = Calibration(
        frame_temperature=temperature, text_temperature=temperature, unlikeness=None
    )

    def stated(vectors: Tensor) -> Calibrated:
        return calibrate(class_logits(model.head, variant, vectors), calibration)

    frames, mirrored = (embed(model, material.test.grids[:, view]) for view in (0, 1))
    captions = material.test.captions[:, 0].flatten(0, 1)
    texts = model.head.text_query(captions, stated(captions).probabilities.to(captions))
    truth = material.test.labels[:, 0].numpy()
    both = mirrored_mean(stated(torch.cat([frames, mirrored])))
    probabilities = both.probabilities.numpy()
    matcher = _matcher(frames.numpy(), material.test)
    seen = zip(frames.numpy(), probabilities.tolist(), strict=True)
    return (
        classified(probabilities, truth)
        | _retrieved("image", matcher, [matcher.frame_query(*one) for one in seen], truth)
        | _retrieved("text", matcher, [Query(text, -1.0) for text in texts.numpy()], truth)
    )


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


def _matcher(vectors: Array, frames: Frames) -> Matcher:
    """Searches the test frames by what a variant learned: their captions' words do not count."""
    labelled = zip(frames.labels[:, 0].tolist(), frames.tags.tolist(), strict=True)
    cases = [
        Case(str(row), "", CLASSES[label], str(tags)) for row, (label, tags) in enumerate(labelled)
    ]
    return Matcher(Gallery(Path(), tuple(cases), vectors, "", ""), lambda texts: vectors[:0])


def _retrieved(name: str, matcher: Matcher, queries: Sequence[Query], truth: Labels) -> Figures:
    """A hit is a frame of the query's class; the query's own frame is left out.

    Args:
        name: of the queries.
        matcher: searches N frames.
        queries: the same number for each frame, frame after frame.
        truth: int64 [N], class of each frame.
    """
    every = np.arange(len(truth))
    owners = np.repeat(every, len(queries) // len(truth))
    ranks = first_hits(matcher, queries, truth[owners], owners, truth, every)
    return {
        f"{name}_recall@1": float(ranks.recall_at(1).mean()),
        f"{name}_mrr": float(ranks.reciprocal.mean()),
    }
