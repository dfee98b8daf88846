"""Which parts of a frame the network's attention rested on when it named a class.

Source: Chefer, Gur and Wolf, "Generic attention-model explainability for interpreting bi-modal and
encoder-decoder transformers", ICCV 2021, equations 5 and 6 for self-attention: per block the
attention maps, weighted by their positive gradients and averaged over the heads, are added up
through the blocks. It says where evidence came from on a coarse grid; it is no localisation of a
finding. What the fusion takes from before the first block has no place in the picture and does not
count.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from entdemo.model.network import EntClip


@torch.enable_grad()
def relevance(model: EntClip, pixels: Tensor, label: int) -> Tensor:
    """Relevance of each patch for a class, against the mean of all classes.

    Args:
        model: in evaluation mode; nothing in it is changed.
        pixels: [1, 3, S, S] normalised.
        label: 0 to 6, in taxonomy order.

    Returns:
        [g, g] float32, 0 to 1; the largest is 1 unless no patch spoke for the class.
    """
    with torch.no_grad():
        entry = model.frame_tokens(pixels)
    hidden = entry.tokens.requires_grad_()
    maps: list[Tensor] = []
    levels: list[Tensor] = []
    for number, block in enumerate(model.clip.visual.transformer.resblocks, 1):
        attended, attention = _attend(block.attn, block.ln_1(hidden))
        hidden = hidden + block.ls_1(attended)
        hidden = hidden + block.ls_2(block.mlp(block.ln_2(hidden)))
        maps.append(attention)
        if number in model.config.levels:
            levels.append(hidden[:, 0])
    embedding, _, _ = model.join_levels(entry.pooled, levels, hidden)
    logits = model.head.class_logits(embedding, model.head.prototypes)[0]
    return _rolled(maps, torch.autograd.grad(logits[label] - logits.mean(), maps))


def _attend(attention: Any, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Self-attention [1, L, W] with its maps [heads, L, L], on which gradients can be taken."""
    heads = attention.num_heads
    _, length, width = tokens.shape
    joint = functional.linear(tokens, attention.in_proj_weight, attention.in_proj_bias)
    q, k, v = joint.view(length, 3, heads, width // heads).permute(1, 2, 0, 3)
    weights = (q @ k.transpose(1, 2) * (width // heads) ** -0.5).float().softmax(dim=-1)
    mixed = (weights.to(v.dtype) @ v).transpose(0, 1).reshape(1, length, width)
    return attention.out_proj(mixed), weights


def _rolled(maps: list[Tensor], gradients: tuple[Tensor, ...]) -> Tensor:
    length = maps[0].shape[-1]
    total = torch.eye(length, device=maps[0].device)
    for attention, gradient in zip(maps, gradients, strict=True):
        total = total + (attention * gradient).clamp(min=0).mean(0) @ total
    patches = total[0, 1:].detach()
    side = int(patches.numel() ** 0.5)
    return (patches / patches.max().clamp(min=1e-12)).reshape(side, side).cpu()
