"""What is measured after training: temperatures, the OOD statistics and their threshold.

Drawn frames are easier than those that people bring, so half of the frames that all this is
fitted on are degraded as in training. No real frame and no picture that a benchmark reports on
takes part.

Source: Guo et al., "On calibration of modern neural networks", ICML 2017 (temperature scaling).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from entdemo.bundle.weights import Calibration
from entdemo.image.frame import frame_from_array
from entdemo.inference.calibration import calibrate
from entdemo.inference.encoder import encode_squares, encode_texts
from entdemo.model.base import Tokenize
from entdemo.model.fusion import class_prototypes
from entdemo.model.network import EncodedFrames, EntClip
from entdemo.model.preprocess import Preprocess
from entdemo.taxonomy import CLASSES
from entdemo.training.augment import Augment
from entdemo.training.config import AugmentConfig
from entdemo.training.data import FrameSet
from entdemo.training.ood_negatives import KINDS, ood_negatives
from entdemo.training.texts import all_prompts

_BATCH = 64
_OOD_FRAMES = 3_500
_KEPT_SHARE = 0.995
_OUTSIDE_SHARE = 0.1
_NEGATIVES = 60
"""Pictures of each kind that are no endoscopy."""


def update_prototypes(model: EntClip, tokenize: Tokenize) -> None:
    """Set the head's class prototypes from all class prompts."""
    texts, owner = all_prompts()
    embeddings = encode_texts(model, tokenize, texts).embedding
    prototypes = class_prototypes(embeddings, owner.to(embeddings.device), len(CLASSES))
    model.head.prototypes.copy_(prototypes)


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature with the least negative log-likelihood, by a grid refined twice."""
    low, high = 0.05, 20.0
    for _ in range(3):
        grid = torch.logspace(np.log10(low), np.log10(high), 41)
        losses = torch.stack([functional.cross_entropy(logits / t, labels) for t in grid])
        best = int(losses.argmin())
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])
    return float(grid[best])


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Share of rows whose largest logit is the label's."""
    return float((logits.argmax(1).cpu() == labels).float().mean())


@torch.no_grad()
def validate(
    model: EntClip, preprocess: Preprocess, tokenize: Tokenize, frames: FrameSet
) -> dict[str, float]:
    """Accuracy of frames and of their captions, in each language that there is."""
    was_training = model.training
    model.eval()
    update_prototypes(model, tokenize)
    embedded = {
        "frames": (
            encode_squares(model, preprocess, frames.squares).embedding,
            torch.from_numpy(frames.labels),
        )
    }
    for language, captions in (("en", frames.captions_en), ("vi", frames.captions_vi)):
        texts, labels = labelled_texts(captions, frames.labels)
        if texts:
            embedded[f"captions_{language}"] = (
                encode_texts(model, tokenize, texts).embedding,
                labels,
            )
    model.train(was_training)
    return {
        f"accuracy_{name}": accuracy(model.head.class_logits(part, model.head.prototypes), labels)
        for name, (part, labels) in embedded.items()
    }


def labelled_texts(captions: list[str], labels: NDArray[np.int64]) -> tuple[list[str], Tensor]:
    """Those of N captions that are not empty, and their classes."""
    kept = [index for index, text in enumerate(captions) if text]
    return [captions[index] for index in kept], torch.from_numpy(labels[kept])


def degraded(squares: NDArray[np.uint8], size: int, seed: int = 0) -> NDArray[np.uint8]:
    """Copies in a new pose with a worse look, uint8 [N, S0, S0, 3] -> [N, size, size, 3]."""
    augment = Augment(size, AugmentConfig())
    parts = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for start in range(0, len(squares), _BATCH):
            batch = torch.from_numpy(np.ascontiguousarray(squares[start : start + _BATCH]))
            worse, _ = augment(batch.permute(0, 3, 1, 2))
            parts.append((worse * 255).round().byte().permute(0, 2, 3, 1).numpy())
    return np.concatenate(parts)


@torch.no_grad()
def calibrated(
    model: EntClip, preprocess: Preprocess, tokenize: Tokenize, train: FrameSet, held: FrameSet
) -> dict[str, Any]:
    """Fit the out-of-distribution statistics in place, and measure the rest.

    Args:
        model: in evaluation mode, its prototypes up to date.
        train: frames that the statistics are fitted on.
        held: validation frames, which temperatures and threshold are fitted on.

    Returns:
        The bundle's ``calibration``, ``ood`` and ``metrics``.
    """
    _fit_detector(model, preprocess, train)
    clean, worse = (
        encode_squares(model, preprocess, squares)
        for squares in (held.squares, degraded(held.squares, preprocess.image_size))
    )
    labels = torch.from_numpy(held.labels)
    captions, text_labels = labelled_texts(
        [*held.captions_en, *held.captions_vi], np.tile(held.labels, 2)
    )
    texts = encode_texts(model, tokenize, captions).embedding
    frame_logits, worse_logits, text_logits = (
        model.head.class_logits(part, model.head.prototypes)
        for part in (clean.embedding, worse.embedding, texts)
    )
    calibration = Calibration(
        frame_temperature=fit_temperature(
            torch.cat([frame_logits, worse_logits]), labels.repeat(2)
        ),
        # Generated captions are never mistaken, so they must not sharpen the answers.
        text_temperature=max(1.0, fit_temperature(text_logits, text_labels)),
    )
    return {
        "calibration": calibration.model_dump(),
        "ood": {"threshold": _threshold(model, preprocess, clean, calibration)},
        "metrics": {
            "validation": {
                "frame_accuracy": accuracy(frame_logits, labels),
                "caption_accuracy": accuracy(text_logits, text_labels),
            }
        },
    }


def _fit_detector(model: EntClip, preprocess: Preprocess, train: FrameSet) -> None:
    subset = np.linspace(0, len(train) - 1, min(_OOD_FRAMES, len(train))).astype(int)
    squares = train.squares[subset]
    features = torch.cat(
        [
            encode_squares(model, preprocess, part).features
            for part in (squares, degraded(squares, preprocess.image_size))
        ]
    )
    model.ood.fit(features, torch.from_numpy(train.labels[subset]).repeat(2))


def _threshold(
    model: EntClip, preprocess: Preprocess, held_out: EncodedFrames, calibration: Calibration
) -> float:
    size = preprocess.image_size
    squares = [
        frame_from_array(picture).square(size)
        for kind in KINDS
        for picture in ood_negatives(kind, _NEGATIVES)
    ]
    others = encode_squares(model, preprocess, np.stack(squares))
    inside, outside = (_scores(model, part, calibration) for part in (held_out, others))
    return ood_threshold(inside, outside)


def _scores(model: EntClip, encoded: EncodedFrames, calibration: Calibration) -> Tensor:
    logits = model.head.class_logits(encoded.embedding, model.head.prototypes)
    return calibrate(logits, calibration, model.ood(encoded.features)).distances


def ood_threshold(frames: Tensor, others: Tensor) -> float:
    """The score that nine in ten other pictures exceed, but at most one in 200 frames.

    Real frames lie farther than drawn ones, so the threshold lies as far as the other pictures
    allow.

    Args:
        frames: [N] scores of validation frames.
        others: [M] scores of pictures that are not endoscopy.
    """
    low, high = torch.quantile(frames, _KEPT_SHARE), torch.quantile(others, _OUTSIDE_SHARE)
    return float(torch.maximum(low, high))
