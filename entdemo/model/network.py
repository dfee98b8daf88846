"""EntClip: CLIP with fused CLS tokens, joined with CLIP's own embedding by slerp."""

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
from entdemo.model.stem import FINE_CHANNELS, Lite0Stem
from entdemo.taxonomy import CLASSES


@dataclass(frozen=True)
class EntClipConfig:
    """What the network is built from.

    Attributes:
        base: open_clip model name.
        levels: blocks (1-based, ascending) after which CLS tokens are taken.
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
    """

    embedding: Tensor
    gates: Tensor
    features: Tensor


class EntClip(nn.Module):
    """The whole network; ``clip.visual`` may be wrapped by PEFT while training.

    Attributes:
        blocks_dtype: what the image tower's blocks take; None while training, where they take
            what comes.
    """

    def __init__(self, config: EntClipConfig, pretrained: str | None = None) -> None:
        super().__init__()
        self.config = config
        self.blocks_dtype: torch.dtype | None = None
        self.shape = base_shape(config.base)
        self.clip: CLIP = create_base(config.base, pretrained)
        self.head = FusionHead(
            self.shape.width, self.shape.embed_dim, len(config.levels), len(CLASSES)
        )
        stem = self.clip.visual.conv1
        channels = FINE_CHANNELS if isinstance(stem, Lite0Stem) else self.shape.width
        self.ood = OodDetector(len(CLASSES), 2 * channels)

    def forward(self, pixels: Tensor, tokens: Tensor) -> tuple[EncodedFrames, Tensor]:
        """Frames and texts in one call, as distributed training needs it."""
        return self.encode_frames(pixels), self.encode_texts(tokens)

    def encode_frames(self, pixels: Tensor) -> EncodedFrames:
        """[B, 3, S, S] normalised pixels -> embeddings, gates and features."""
        tokens, low_level = self.frame_tokens(pixels)
        hidden, blocks = self.clip.visual.transformer.forward_intermediates(
            tokens, indices=[level - 1 for level in self.config.levels]
        )
        embedding, gates = self.join_levels([block[:, 0] for block in blocks], hidden)
        statistics = low_level.detach().float().flatten(2)
        features = torch.cat([statistics.mean(-1), statistics.std(-1)], dim=-1)
        return EncodedFrames(embedding, gates, features)

    def frame_tokens(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens [B, 1 + g * g, width] before the first block, and low-level features
        [B, C, g, g]."""
        visual = self.clip.visual
        grid, low_level = _patches(visual.conv1, pixels)
        tokens = _with_class_token(visual, grid)
        return tokens.to(self.blocks_dtype or tokens.dtype), low_level

    def join_levels(self, levels: list[Tensor], hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Embedding [B, D] and gates [B, L].

        Args:
            levels: [B, width] CLS tokens after each of the fused blocks.
            hidden: [B, 1 + g * g, width] tokens after the last block.
        """
        visual = self.clip.visual
        embedding, gates = self.head(levels)
        if self.config.slerp_join:
            pooled, _ = visual._pool(hidden)
            own = functional.normalize((pooled @ visual.proj).float(), dim=-1)
            embedding = slerp(embedding, own, self.head.join)
        return embedding, gates

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


def _patches(stem: nn.Module, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Patch grid [B, width, g, g], and the low-level features [B, C, g, g] that it is made of."""
    if isinstance(stem, Lite0Stem):
        fine, coarse = stem.maps(pixels)
        return stem.join(fine, coarse), fine
    grid: Tensor = stem(pixels)
    return grid, grid


def _with_class_token(visual: Any, grid: Tensor) -> Tensor:
    """Tokens [B, 1 + g * g, width] as the first block takes them, as open_clip makes them."""
    patches = grid.flatten(2).transpose(1, 2)
    own = visual.class_embedding.to(patches.dtype).expand(len(patches), 1, -1)
    tokens = torch.cat([own, patches], dim=1) + visual.positional_embedding.to(patches.dtype)
    normed: Tensor = visual.ln_pre(tokens)
    return normed
