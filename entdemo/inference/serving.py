"""The network rewritten for inference: the same function in fewer and larger steps.

Each rewrite is exact in real numbers: batch norms become part of the convolutions before them,
quick GELU becomes SiLU between rescaled layers, and attention reads its input as it lies.
``nn.MultiheadAttention`` transposes a batch first and then multiplies through copies, which costs
more than half of a small tower's time.
"""

from __future__ import annotations

from typing import Any

import torch
from open_clip.transformer import QuickGELU
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from entdemo.model.network import EntClip
from entdemo.model.stem import Lite0Stem

_QUICK_GELU_SLOPE = 1.702

_IN_FP32 = (
    "visual.conv1.",
    "visual.class_embedding",
    "visual.positional_embedding",
    "visual.ln_pre.",
)
"""Parameters before the image tower's blocks. In bf16 the EfficientNet stem turned embeddings of
some frames to a cosine of 0.995, the blocks alone none below 0.99999."""


@torch.no_grad()
def prepare_for_serving(model: EntClip, dtype: torch.dtype) -> None:
    """Rewrite a model in evaluation mode, in place, and cast its blocks.

    What lies before the image tower's blocks stays in fp32, as do fusion, class head and
    out-of-distribution detector; torch sums in fp32 in softmax and layer norms whatever the dtype.
    A model that was prepared before is cast again at most.

    Args:
        model: its LoRA must be merged.
        dtype: of the image tower's blocks and of the text tower.
    """
    rewrite_blocks(model.clip.visual.transformer)
    rewrite_blocks(model.clip.transformer)
    stem = model.clip.visual.conv1
    if isinstance(stem, Lite0Stem):
        _fold_batch_norms(stem.features)
    for name, parameter in model.clip.named_parameters():
        if not name.startswith(_IN_FP32):
            parameter.data = parameter.data.to(dtype)
    model.blocks_dtype = dtype


@torch.no_grad()
def rewrite_blocks(transformer: Any) -> None:
    """Attention and quick GELU of each block of open_clip's ``Transformer``, in place."""
    for block in transformer.resblocks:
        if isinstance(block.attn, nn.MultiheadAttention):
            block.attn = ServingAttention(block.attn)
        if isinstance(block.mlp.gelu, QuickGELU):
            _use_silu(block.mlp)


class ServingAttention(nn.Module):
    """Multi-head self-attention on batch-first input, with the parameters of torch's module."""

    def __init__(self, source: nn.MultiheadAttention) -> None:
        super().__init__()
        self.num_heads = source.num_heads
        self.in_proj_weight = source.in_proj_weight
        self.in_proj_bias = source.in_proj_bias
        self.out_proj = source.out_proj

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        need_weights: bool = False,
        attn_mask: Tensor | None = None,
    ) -> tuple[Tensor, None]:
        """As ``nn.MultiheadAttention`` is called by open_clip: three times the same [B, L, W]."""
        batch, length, width = query.shape
        joint = functional.linear(query, self.in_proj_weight, self.in_proj_bias)
        split = joint.view(batch, length, 3, self.num_heads, width // self.num_heads)
        q, k, v = split.permute(2, 0, 3, 1, 4).unbind(0)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=attn_mask)
        joined: Tensor = self.out_proj(attended.transpose(1, 2).reshape(batch, length, width))
        return joined, None


def _use_silu(mlp: Any) -> None:
    """x sigmoid(s x) = silu(s x) / s: one step over the widest tensor in place of three."""
    mlp.c_fc.weight.mul_(_QUICK_GELU_SLOPE)
    mlp.c_fc.bias.mul_(_QUICK_GELU_SLOPE)
    mlp.c_proj.weight.div_(_QUICK_GELU_SLOPE)
    mlp.gelu = nn.SiLU()


def _fold_batch_norms(features: Any) -> None:
    """Make each batch norm of timm's EfficientNet part of the convolution before it."""
    _fold(features, "conv_stem", "bn1")
    for block in (block for stage in features.blocks for block in stage):
        inverted = ("conv_pw", "conv_dw", "conv_pwl")
        names = inverted if hasattr(block, "conv_pwl") else ("conv_dw", "conv_pw")
        for number, name in enumerate(names, 1):
            _fold(block, name, f"bn{number}")


def _fold(block: Any, conv_name: str, norm_name: str) -> None:
    conv: Any = getattr(block, conv_name)
    norm: Any = getattr(block, norm_name)
    if not hasattr(norm, "running_mean"):  # an activation: folded before
        return
    conv.weight, conv.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight,
        norm.bias,
    )  # fmt: skip
    setattr(block, norm_name, norm.act)  # timm's batch norm holds the activation
