"""A bundle whose network sees nothing but colour: each class is a corner of the RGB cube."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from entdemo.bundle.weights import Bundle
from entdemo.inference.encoder import Encoder
from entdemo.model.network import EncodedFrames
from entdemo.model.preprocess import Preprocess
from entdemo.taxonomy import CLASSES
from tests.helpers.entrep_folder import Drawn

CORNERS = torch.tensor(list(product((1.0, -1.0), repeat=3))[:7])
"""[7, 3], the eighth, black, is nobody's."""


class _Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("prototypes", functional.normalize(CORNERS, dim=-1))

    def class_logits(self, embedding: Tensor, prototypes: Tensor) -> Tensor:
        return 20 * embedding @ prototypes.T

    def text_query(self, embedding: Tensor, probabilities: Tensor) -> Tensor:
        return embedding


class _Ood(nn.Module):
    def forward(self, features: Tensor) -> Tensor:
        return features[:, 0]


class FakeModel(nn.Module):
    """Frames by their mean colour, out of distribution where they are grey; texts by class name."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.head = _Head()
        self.ood = self.deep = _Ood()
        self.frames_seen = 0

    def encode_frames(self, pixels: Tensor) -> EncodedFrames:
        self.frames_seen += len(pixels)
        colour = pixels.mean(dim=(2, 3)) * self.scale
        greyness = 1 - colour.abs().amax(1, keepdim=True)
        gates = torch.ones(len(pixels), 1)
        unit = functional.normalize(colour, dim=-1)
        return EncodedFrames(unit, gates, greyness, unit[:, None])

    def encode_texts(self, tokens: Tensor) -> Tensor:
        return self.head.prototypes[tokens[:, 0]] * self.scale


def tokenize(texts: list[str]) -> Tensor:
    """The class named in a text as its only token; throat where none is."""
    found = [[name in text for name in CLASSES] for text in texts]
    return torch.tensor([[row.index(True) if any(row) else 6] for row in found])


def fake_bundle(temperature: float = 1.0) -> Bundle:
    """Frames are told apart perfectly, as long as they are drawn by ``colour_frame``."""
    calibration = SimpleNamespace(
        frame_temperature=temperature, text_temperature=temperature, unlikeness=None
    )
    ood = SimpleNamespace(threshold=0.8)
    info = SimpleNamespace(
        name="fake", calibration=calibration, ood=ood, training={}, embedder_id="fake"
    )
    preprocess = Preprocess(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    parts = (Path("fake"), info, FakeModel(), tokenize, preprocess)
    return cast(Bundle, Bundle(*parts))  # type: ignore[arg-type]


def fake_encoder(temperature: float = 1.0) -> Encoder:
    """The encoder of ``fake_bundle``."""
    return Encoder(fake_bundle(temperature))


def colour_frame(
    shown: str, seed: int, strength: float = 80.0, tinged: str | None = None
) -> np.ndarray:
    """[48, 64, 3] uint8 in a class's colour, tinged with another's, with a little noise."""
    corner = CORNERS[CLASSES.index(shown)].numpy()
    if tinged:
        corner = 0.7 * corner + 0.3 * CORNERS[CLASSES.index(tinged)].numpy()
    noise = np.random.default_rng(seed).normal(0, 4, (48, 64, 3))
    return np.clip(140 + strength * corner + noise, 0, 255).astype(np.uint8)


def save_frame(
    path: Path, shown: str, seed: int, strength: float = 80.0, tinged: str | None = None
) -> None:
    """Save a frame that shows the class ``shown``, whatever its folder says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(colour_frame(shown, seed, strength, tinged)).save(path)


def coloured(n: int, seed: int) -> list[Drawn]:
    """Frames that the colour network knows, with captions; classes take turns."""
    names = [CLASSES[index % 7] for index in range(n)]
    return [
        Drawn(colour_frame(name, seed + index), name, f"A {name}, case {index}.", f"Ảnh {name}")
        for index, name in enumerate(names)
    ]
