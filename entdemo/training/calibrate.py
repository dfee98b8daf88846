"""What is measured on validation frames after training: temperatures and the OOD threshold.

Source: Guo et al., "On calibration of modern neural networks", ICML 2017 (temperature scaling).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_sample_images
from torch import Tensor
from torch.nn import functional

from entdemo.model.base import Tokenize
from entdemo.model.fusion import class_prototypes
from entdemo.model.network import EncodedFrames, EntClip
from entdemo.model.preprocess import Preprocess
from entdemo.taxonomy import CLASSES
from entdemo.training.data import FrameSet
from entdemo.training.texts import all_prompts

_BATCH = 64
_KEPT_SHARE = 0.995
_CROPS = 24


@torch.no_grad()
def encode_squares(
    model: EntClip, preprocess: Preprocess, squares: NDArray[np.uint8]
) -> EncodedFrames:
    """Encode uint8 [N, S0, S0, 3]; larger squares are reduced to the network's size.

    Results stay on the model's device.
    """
    parts = []
    for start in range(0, len(squares), _BATCH):
        batch = resized(squares[start : start + _BATCH], preprocess.image_size)
        parts.append(model.encode_frames(preprocess.tensor(batch).to(_device(model))))
    return EncodedFrames(*(torch.cat(column) for column in zip(*parts, strict=True)))


def resized(squares: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """uint8 [N, S0, S0, 3] -> [N, size, size, 3], antialiased."""
    pixels = torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2)
    small = functional.interpolate(
        pixels, size=(size, size), mode="bilinear", antialias=True, align_corners=False
    )
    return small.permute(0, 2, 3, 1).contiguous().numpy()


@torch.no_grad()
def encode_texts(model: EntClip, tokenize: Tokenize, texts: list[str]) -> Tensor:
    """Encode texts to [N, D] unit vectors."""
    tokens = tokenize(texts).to(_device(model))
    return torch.cat([model.encode_texts(part) for part in torch.split(tokens, _BATCH)])


def update_prototypes(model: EntClip, tokenize: Tokenize) -> None:
    """Set the head's class prototypes from all class prompts."""
    texts, owner = all_prompts()
    embeddings = encode_texts(model, tokenize, texts)
    prototypes = class_prototypes(embeddings, owner.to(embeddings.device), len(CLASSES))
    model.head.prototypes.copy_(prototypes)


def _device(model: EntClip) -> torch.device:
    return model.head.prototypes.device


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
            embedded[f"captions_{language}"] = encode_texts(model, tokenize, texts), labels
    model.train(was_training)
    return {
        f"accuracy_{name}": accuracy(model.head.class_logits(part, model.head.prototypes), labels)
        for name, (part, labels) in embedded.items()
    }


def labelled_texts(captions: list[str], labels: NDArray[np.int64]) -> tuple[list[str], Tensor]:
    """Those of N captions that are not empty, and their classes."""
    kept = [index for index, text in enumerate(captions) if text]
    return [captions[index] for index in kept], torch.from_numpy(labels[kept])


def ood_threshold(frames: Tensor, photographs: Tensor) -> float:
    """A distance between those of endoscopy frames and of photographs.

    Half-way, on a logarithmic scale, from the distance that 99.5 % of the validation frames stay
    below to the median of the photographs: real frames lie farther than drawn ones.

    Args:
        frames: [N] distances of validation frames.
        photographs: [M] distances of pictures that are not endoscopy.
    """
    return float((torch.quantile(frames, _KEPT_SHARE) * photographs.median()).sqrt())


def photographs(size: int, seed: int = 0) -> NDArray[np.uint8]:
    """Random crops of the photographs that scikit-learn ships, uint8 [M, size, size, 3]."""
    rng = np.random.default_rng(seed)
    crops = []
    for picture in load_sample_images().images:
        for _ in range(_CROPS):
            side = int(rng.uniform(0.4, 1.0) * min(picture.shape[:2]))
            top, left = (int(rng.integers(0, extent - side + 1)) for extent in picture.shape[:2])
            crop = picture[top : top + side, left : left + side]
            crops.append(resized(crop[None], size)[0])
    return np.stack(crops)
