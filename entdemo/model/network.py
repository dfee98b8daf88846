"""EntClip: CLIP with fused CLS tokens, joined with CLIP's own embedding by slerp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from open_clip.model import CLIP
from torch import Tensor, nn
from torch.nn import functional

from entdemo.model.base import base_shape, create_base
from entdemo.model.fusion import FusionHead
from entdemo.model.ood import OodDetector
from entdemo.model.slerp import slerp
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
        features: [B, F] float32, what the out-of-distribution detector looks at: the shallowest
            CLS token and the mean patch token there, both of unit length.
    """

    embedding: Tensor
    gates: Tensor
    features: Tensor


class EntClip(nn.Module):
    """The whole network; ``clip.visual`` may be wrapped by PEFT while training."""

    def __init__(self, config: EntClipConfig, pretrained: str | None = None) -> None:
        super().__init__()
        self.config = config
        self.shape = base_shape(config.base)
        self.clip: CLIP = create_base(config.base, pretrained)
        self.head = FusionHead(
            self.shape.width, self.shape.embed_dim, len(config.levels), len(CLASSES)
        )
        self.ood = OodDetector(len(CLASSES), 2 * self.shape.width)

    def forward(self, pixels: Tensor, tokens: Tensor) -> tuple[EncodedFrames, Tensor]:
        """Frames and texts in one call, as distributed training needs it."""
        return self.encode_frames(pixels), self.encode_texts(tokens)

    def encode_frames(self, pixels: Tensor) -> EncodedFrames:
        """[B, 3, S, S] normalised pixels -> embeddings, gates and features."""
        output = self.clip.visual.forward_intermediates(
            pixels,
            indices=[level - 1 for level in self.config.levels],
            output_fmt="NLC",
            output_extra_tokens=True,
        )
        tokens = [prefix[:, 0] for prefix in output["image_intermediates_prefix"]]
        fused, gates = self.head(tokens)
        embedding = fused
        if self.config.slerp_join:
            own = functional.normalize(output["image_features"].float(), dim=-1)
            embedding = slerp(fused, own, self.head.join)
        patches = output["image_intermediates"][0].float().mean(1)
        features = [functional.normalize(part.float(), dim=-1) for part in (tokens[0], patches)]
        return EncodedFrames(embedding, gates, torch.cat(features, dim=-1))

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
