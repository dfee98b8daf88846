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

from entdemo.bundle.weights import Calibration, UnlikenessInfo
from entdemo.image.frame import frame_from_array
from entdemo.inference.calibration import (
    REGION_MEMBERS,
    Distances,
    calibrate,
    distances_of,
)
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
_OUTSIDE_SHARE = 0.03
_USUAL = AugmentConfig()
_HARSH = AugmentConfig(glare=0.6, light=0.6, disc_crop=0.4, recolour=1.0)
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


def degraded(
    squares: NDArray[np.uint8], size: int, config: AugmentConfig = _USUAL, seed: int = 0
) -> NDArray[np.uint8]:
    """Copies in a new pose with a worse look, uint8 [N, S0, S0, 3] -> [N, size, size, 3]."""
    augment = Augment(size, config)
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
        held: validation frames, which temperatures and threshold are fitted on. Where none has a
            caption, the class prompts stand for descriptions.

    Returns:
        The bundle's ``calibration``, ``ood`` and ``metrics``.
    """
    _fit_detectors(model, preprocess, train)
    size = preprocess.image_size
    looks = (held.squares, degraded(held.squares, size), degraded(held.squares, size, _HARSH))
    views = [encode_squares(model, preprocess, squares) for squares in looks]
    labels = torch.from_numpy(held.labels)
    captions, text_labels = labelled_texts(
        [*held.captions_en, *held.captions_vi], np.tile(held.labels, 2)
    )
    described = bool(captions)
    if not described:
        captions, text_labels = all_prompts()
    texts = encode_texts(model, tokenize, captions).embedding
    logits = [model.head.class_logits(it.embedding, model.head.prototypes) for it in views]
    text_logits = model.head.class_logits(texts, model.head.prototypes)
    # Real frames are harder than drawn ones and captions harder than generated ones, so neither
    # must sharpen the answers.
    plain = Calibration(
        frame_temperature=max(1.0, fit_temperature(torch.cat(logits[:2]), labels.repeat(2))),
        text_temperature=max(1.0, fit_temperature(text_logits, text_labels)),
        unlikeness=None,
    )
    deep = [model.deep(it.depths) for it in views]
    unlikeness = fit_unlikeness(torch.cat(logits), torch.cat(deep), labels.repeat(3), plain)
    calibration = plain.model_copy(update={"unlikeness": unlikeness})
    return {
        "calibration": calibration.model_dump(),
        "ood": {"threshold": _threshold(model, preprocess, views[0], calibration)},
        "metrics": {
            "validation": {
                "frame_accuracy": accuracy(logits[0], labels),
                "caption_accuracy": accuracy(text_logits, text_labels) if described else None,
            }
        },
    }


def _fit_detectors(model: EntClip, preprocess: Preprocess, train: FrameSet) -> None:
    subset = np.linspace(0, len(train) - 1, min(_OOD_FRAMES, len(train))).astype(int)
    squares = train.squares[subset]
    views = [
        encode_squares(model, preprocess, part)
        for part in (squares, degraded(squares, preprocess.image_size))
    ]
    labels = torch.from_numpy(train.labels[subset]).repeat(2)
    model.ood.fit(torch.cat([it.features for it in views]), labels)
    model.deep.fit(torch.cat([it.depths for it in views]), labels)


def fit_unlikeness(
    logits: Tensor, deep: Tensor, labels: Tensor, plain: Calibration
) -> UnlikenessInfo:
    """Fit how the temperature rises with the distance, by the likelihood of the regions.

    Args:
        logits: [N, C].
        deep: [N] distances of ``EntClip.deep``.
        labels: int64 [N], classes.
        plain: the temperatures of known frames.

    Returns:
        The best of a grid. The temperature starts to rise beyond the median distance.
    """
    regions = REGION_MEMBERS[labels].argmax(dim=1)
    nothing = torch.zeros_like(deep)
    grid = [
        UnlikenessInfo(reference=float(reference), power=float(power))
        for reference in float(deep.median()) * np.linspace(1.0, 2.0, 11)
        for power in np.linspace(0.0, 6.0, 13)
    ]

    def loss(info: UnlikenessInfo) -> float:
        calibration = plain.model_copy(update={"unlikeness": info})
        stated = calibrate(logits, calibration, Distances(nothing, deep)).regions
        return float(functional.nll_loss(stated.clamp(min=1e-9).log(), regions))

    return min(grid, key=loss)


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
    return calibrate(logits, calibration, distances_of(model, encoded)).distances


def ood_threshold(frames: Tensor, others: Tensor) -> float:
    """The score that 97 % of other pictures exceed, but at most one in 200 frames.

    Real frames lie farther than drawn ones, so the threshold lies as far as the other pictures
    allow.

    Args:
        frames: [N] scores of validation frames.
        others: [M] scores of pictures that are not endoscopy.
    """
    low, high = torch.quantile(frames, _KEPT_SHARE), torch.quantile(others, _OUTSIDE_SHARE)
    return float(torch.maximum(low, high))
