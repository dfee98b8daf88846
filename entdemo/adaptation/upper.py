"""The upper part of a network, trained on what its lower part, which stays, gives once.

The stem and the blocks up to the last level but one do not train, so that their output for some
views of each frame is computed once and kept; a step then costs a quarter of the blocks.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from torch import Tensor, nn

from entdemo.adaptation.steps import Steps
from entdemo.inference.encoder import BATCH
from entdemo.model.fusion import FusionHead
from entdemo.model.network import (
    EncodedFrames,
    EntClip,
    FrameDepths,
    joined_depths,
    low_level_features,
)
from entdemo.model.preprocess import Preprocess
from entdemo.training.augment import Augment
from entdemo.training.config import AugmentConfig

PLAIN_VIEWS = 2
"""The first view of a frame is the frame itself, the second its mirror image."""
_USUAL = AugmentConfig(recolour=0.2)


class Upper(nn.Module):
    """A copy of a network whose frames are given as ``lower_views`` has them, its texts encoded.

    Args:
        model: in evaluation mode; stays as it is.
        head: takes the place of the network's.
    """

    def __init__(self, model: EntClip, head: FusionHead) -> None:
        super().__init__()
        self.network = copy.deepcopy(model)
        self.network.head = copy.deepcopy(head)

    @property
    def clip(self) -> CLIP:
        """Where adapters are added."""
        return self.network.clip

    @property
    def head(self) -> FusionHead:
        """What fuses and classifies."""
        return self.network.head

    def forward(self, lower: Tensor, texts: Tensor) -> tuple[EncodedFrames, Tensor]:
        """[B, E] of ``lower_views`` and [T, D] encoded texts, which stay as they are."""
        return self.encode_frames(lower), texts

    def encode_frames(self, lower: Tensor) -> EncodedFrames:
        """[B, E] of ``lower_views`` -> what the network gives of the frames."""
        joins = self.network.config.slerp_join
        return joined_depths(self.head, self.frame_depths(lower), joins)

    def frame_depths(self, lower: Tensor) -> FrameDepths:
        """[B, E] of ``lower_views`` -> what the fusion joins."""
        config, visual = self.network.config, self.network.clip.visual
        first = first_block(config.levels)
        width, sizes = self.network.shape.width, _sizes(self.network)
        hidden, *known, features = lower.split([*sizes, lower.shape[1] - sum(sizes)], dim=1)
        hidden = hidden.unflatten(1, (-1, width))
        vectors = list(known)
        for number, block in enumerate(visual.transformer.resblocks[first:], first + 1):
            hidden = block(hidden)
            if number in config.levels:
                vectors.append(hidden[:, 0])
        return FrameDepths(vectors, self.network.own_embedding(hidden), features)


def first_block(levels: tuple[int, ...]) -> int:
    """How many blocks stay as they are: those up to the last level but one."""
    return levels[-2] if len(levels) > 1 else 0


def _sizes(model: EntClip) -> list[int]:
    """Lengths of the tokens and of each known level in a row of ``lower_views``."""
    visual, levels = model.clip.visual, model.config.levels
    widths = [len(norm.get_parameter("weight")) for norm in model.head.norms]
    return [visual.positional_embedding.numel(), *widths[: len(levels) - 1]]


@torch.no_grad()
def lower_views(
    model: EntClip,
    preprocess: Preprocess,
    squares: NDArray[np.uint8],
    views: int,
    seed: int,
    steps: Steps,
) -> Tensor:
    """What the part of the network that stays gives of views of frames.

    Args:
        model: in evaluation mode.
        preprocess: of the network.
        squares: uint8 [N, S, S, 3].
        views: V, at least ``PLAIN_VIEWS``; odd ones are mirrored, those from ``PLAIN_VIEWS`` on
            in another pose and look.
        seed: of pose and look.
        steps: told of each view.

    Returns:
        float16 [N, V, E]: tokens, the levels below, and the low-level features.
    """
    augment = Augment(preprocess.image_size, _USUAL)
    columns = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for view in range(views):
            shown = squares[:, :, ::-1] if view % 2 else squares
            rows = []
            for start in range(0, len(shown), BATCH):
                batch = np.ascontiguousarray(shown[start : start + BATCH])
                if view < PLAIN_VIEWS:
                    pixels = preprocess.tensor(batch)
                else:
                    worse, _ = augment(torch.from_numpy(batch).permute(0, 3, 1, 2))
                    pixels = preprocess.normalise(worse)
                rows.append(_lower(model, pixels).half())
                steps.take(len(batch))
            columns.append(torch.cat(rows))
    return torch.stack(columns, dim=1)


def _lower(model: EntClip, pixels: Tensor) -> Tensor:
    levels = model.config.levels
    entry = model.frame_tokens(pixels)
    hidden, vectors = entry.tokens, [entry.pooled] if levels[0] == 0 else []
    blocks = model.clip.visual.transformer.resblocks[: first_block(levels)]
    for number, block in enumerate(blocks, 1):
        hidden = block(hidden)
        if number in levels:
            vectors.append(hidden[:, 0])
    parts = [hidden.flatten(1), *vectors, low_level_features(entry.low_level)]
    return torch.cat([part.float() for part in parts], dim=1)
