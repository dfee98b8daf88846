"""EntClip: CLIP with fused depths, joined with CLIP's own embedding by slerp.

A level of the fusion is the CLS token after a block, or, as level 0, the pooled maps that come
before the first block: on real frames those keep what ImageNet taught better than the blocks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from open_clip.model import CLIP
from torch import Tensor, nn
from torch.nn import functional

from entdemo.model.base import base_shape, create_base
from entdemo.model.fusion import FusionHead
from entdemo.model.ood import OodDetector
from entdemo.model.slerp import slerp
from entdemo.model.stem import FINE_CHANNELS, STEM_CHANNELS, Lite0Stem
from entdemo.taxonomy import CLASSES


@dataclass(frozen=True)
class EntClipConfig:
    """What the network is built from.

    Attributes:
        base: open_clip model name.
        levels: blocks (1-based, ascending) after which CLS tokens are taken; 0 stands for the
            pooled maps before the first block.
        slerp_join: join the fused vector with CLIP's embedding; off, the fused vector stands alone.
    """

    base: str
    levels: tuple[int, ...] = (3, 6, 9, 12)
    slerp_join: bool = True


class EncodedFrames(NamedTuple):
    """Frames in the joint space.

    Attributes:
        embedding: [B, D] float32, unit vectors.
        gates: [B, L] float32, weights of the fused depths, sum to 1.
        features: [B, F] float32, what the out-of-distribution detector looks at: mean and
            standard deviation over the picture of low-level features, before any block. Deep
            features are drawn towards the classes whatever the picture shows.
        levels: [B, L, D] float32, unit vectors, the depths before they are fused.
    """

    embedding: Tensor
    gates: Tensor
    features: Tensor
    levels: Tensor

    @property
    def depths(self) -> Tensor:
        """[B, D] mean of the levels: short where the depths see different things."""
        return self.levels.mean(dim=1)


class FrameEntry(NamedTuple):
    """Frames before the first block.

    Attributes:
        tokens: [B, 1 + g * g, width], as the first block takes them.
        low_level: [B, C, g, g], fine features of the stem.
        pooled: [B, P] float32, level 0: see ``pool_halves``.
    """

    tokens: Tensor
    low_level: Tensor
    pooled: Tensor


class FrameDepths(NamedTuple):
    """What the towers see of frames, before the fusion.

    Attributes:
        vectors: per level [B, width], shallow to deep, as ``FusionHead`` takes them.
        own: [B, D] float32, unit vectors, CLIP's own embedding.
        features: [B, F] float32, see ``EncodedFrames``.
    """

    vectors: list[Tensor]
    own: Tensor
    features: Tensor


class EntClip(nn.Module):
    """The whole network; ``clip.visual`` may be wrapped by PEFT while training.

    Attributes:
        blocks_dtype: what the image tower's blocks take; None while training, where they take
            what comes.
        ood: takes ``EncodedFrames.features``, and tells other pictures from endoscopy.
        deep: takes ``EncodedFrames.depths``, and tells frames that are unlike the known ones: there
            the network errs more often.
    """

    def __init__(self, config: EntClipConfig, pretrained: str | None = None) -> None:
        super().__init__()
        self.config = config
        self.blocks_dtype: torch.dtype | None = None
        self.shape = base_shape(config.base)
        self.clip: CLIP = create_base(config.base, pretrained)
        width = self.shape.width
        hybrid = isinstance(self.clip.visual.conv1, Lite0Stem)
        pooled = 2 * (STEM_CHANNELS if hybrid else width)
        widths = [width if level else pooled for level in config.levels]
        self.head = FusionHead(widths, self.shape.embed_dim, len(CLASSES))
        self.ood = OodDetector(len(CLASSES), 2 * (FINE_CHANNELS if hybrid else width))
        self.deep = OodDetector(len(CLASSES), self.shape.embed_dim)

    def forward(self, pixels: Tensor, tokens: Tensor) -> tuple[EncodedFrames, Tensor]:
        """Frames and texts in one call, as distributed training needs it."""
        return self.encode_frames(pixels), self.encode_texts(tokens)

    def encode_frames(self, pixels: Tensor) -> EncodedFrames:
        """[B, 3, S, S] normalised pixels -> embeddings, gates, features and levels."""
        entry = self.frame_tokens(pixels)
        hidden, blocks = self._blocks(entry)
        embedding, gates, levels = self.join_levels(
            entry.pooled, [block[:, 0] for block in blocks], hidden
        )
        return EncodedFrames(embedding, gates, low_level_features(entry.low_level), levels)

    def frame_depths(self, pixels: Tensor) -> FrameDepths:
        """[B, 3, S, S] normalised pixels -> what the fusion joins; the head takes no part."""
        entry = self.frame_tokens(pixels)
        hidden, blocks = self._blocks(entry)
        vectors = self._vectors(entry.pooled, [block[:, 0] for block in blocks])
        return FrameDepths(vectors, self.own_embedding(hidden), low_level_features(entry.low_level))

    def _blocks(self, entry: FrameEntry) -> tuple[Tensor, list[Tensor]]:
        indices = [level - 1 for level in self.config.levels if level]
        found: tuple[Tensor, list[Tensor]] = self.clip.visual.transformer.forward_intermediates(
            entry.tokens, indices=indices
        )
        return found

    def _vectors(self, pooled: Tensor, tokens: list[Tensor]) -> list[Tensor]:
        return [*([pooled] if 0 in self.config.levels else []), *tokens]

    def own_embedding(self, hidden: Tensor) -> Tensor:
        """Tokens after the last block -> CLIP's own embedding [B, D], unit vectors."""
        out, _ = self.clip.visual._pool(hidden)
        return functional.normalize((out @ self.clip.visual.proj).float(), dim=-1)

    def frame_tokens(self, pixels: Tensor) -> FrameEntry:
        """[B, 3, S, S] normalised pixels -> what the first block and the fusion take."""
        visual = self.clip.visual
        grid, maps = _patches(visual.conv1, pixels)
        tokens = _with_class_token(visual, grid)
        pooled = torch.cat([pool_halves(one.float()) for one in maps], dim=1)
        return FrameEntry(tokens.to(self.blocks_dtype or tokens.dtype), maps[0], pooled)

    def join_levels(
        self, pooled: Tensor, tokens: list[Tensor], hidden: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Embedding [B, D], gates [B, L] and levels [B, L, D].

        Args:
            pooled: [B, P] of ``FrameEntry``; counts only where 0 is a level.
            tokens: [B, width] CLS tokens after each of the fused blocks.
            hidden: [B, 1 + g * g, width] tokens after the last block.
        """
        embedding, gates, levels = self.head(self._vectors(pooled, tokens))
        if self.config.slerp_join:
            embedding = slerp(embedding, self.own_embedding(hidden), self.head.join)
        return embedding, gates, levels

    def encode_texts(self, tokens: Tensor) -> Tensor:
        """[B, context_length] int64 -> [B, D] float32 unit vectors.

        Columns after the longest text are left out: attention is causal and the end token is
        pooled, so they change nothing but the time.
        """
        clip = self.clip
        ends = tokens.argmax(dim=-1)
        length = int(ends.max()) + 1
        hidden = clip.token_embedding(tokens[:, :length]) + clip.positional_embedding[:length]
        hidden = clip.transformer(hidden, attn_mask=clip.attn_mask[:length, :length])
        hidden = clip.ln_final(hidden[torch.arange(len(tokens), device=tokens.device), ends])
        return functional.normalize((hidden @ clip.text_projection).float(), dim=-1)


def joined_depths(head: FusionHead, depths: FrameDepths, slerp_join: bool) -> EncodedFrames:
    """What a network with this head, and with or without the join, gives of what its towers see."""
    embedding, gates, levels = head(depths.vectors)
    if slerp_join:
        embedding = slerp(embedding, depths.own, head.join)
    return EncodedFrames(embedding, gates, depths.features, levels)


def pool_halves(maps: Tensor) -> Tensor:
    """Mean over the picture, and how far its halves lie apart, which tells the sides.

    The first part is the same for a mirrored picture, the second its negative, as far as the maps
    themselves follow the mirror.

    Args:
        maps: [B, C, h, w]; a middle column counts in both halves.

    Returns:
        [B, 2 C].
    """
    half = (maps.shape[-1] + 1) // 2
    left, right = maps[..., :half].mean((2, 3)), maps[..., -half:].mean((2, 3))
    return torch.cat([maps.mean((2, 3)), (right - left) / 2], dim=1)


def low_level_features(maps: Tensor) -> Tensor:
    """[B, C, g, g] fine features -> [B, 2 C] mean and deviation over the picture, no gradient."""
    statistics = maps.detach().float().flatten(2)
    return torch.cat([statistics.mean(-1), statistics.std(-1)], dim=-1)


def _patches(stem: nn.Module, pixels: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Patch grid [B, width, g, g], and the maps that it is made of, the finest first."""
    if isinstance(stem, Lite0Stem):
        fine, coarse = stem.maps(pixels)
        return stem.join(fine, coarse), [fine, coarse]
    grid: Tensor = stem(pixels)
    return grid, [grid]


def _with_class_token(visual: Any, grid: Tensor) -> Tensor:
    """Tokens [B, 1 + g * g, width] as the first block takes them, as open_clip makes them."""
    patches = grid.flatten(2).transpose(1, 2)
    own = visual.class_embedding.to(patches.dtype).expand(patches.shape[0], 1, -1)
    tokens = torch.cat([own, patches], dim=1) + visual.positional_embedding.to(patches.dtype)
    normed: Tensor = visual.ln_pre(tokens)
    return normed
