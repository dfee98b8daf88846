"""Loss terms of related work, tried beside the joint objective.

Sources: Zhou et al., "Non-contrastive learning meets language-image pre-training", CVPR 2023
(nCLIP); Zhu et al., "Balanced contrastive learning for long-tailed visual recognition", CVPR 2022.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_SCALE = 10.0
"""Inverse temperature of clusters and of the contrast among frames."""


def cluster_agreement(frames: Tensor, texts: Tensor, clusters: Tensor) -> Tensor:
    """Frame and text fall into the same soft cluster, and all clusters are in use.

    Cross-entropy of the two assignments, both ways, less the entropy of their mean over the batch.

    Args:
        frames: [B, D] unit vectors.
        texts: [B, D] unit vectors, the text of each frame.
        clusters: [K, D] unit vectors.
    """
    by_frame = (_SCALE * frames @ clusters.T).log_softmax(dim=1)
    by_text = (_SCALE * texts @ clusters.T).log_softmax(dim=1)
    crossed = by_text.exp() * by_frame + by_frame.exp() * by_text
    mean = torch.cat([by_frame.exp(), by_text.exp()]).mean(0)
    spread = -(mean * mean.clamp(min=1e-9).log()).sum()
    return -crossed.sum(1).mean() / 2 - spread


def balanced_contrast(vectors: Tensor, labels: Tensor) -> Tensor:
    """Supervised contrast among frames in which every class weighs alike in the denominator.

    Args:
        vectors: [B, D] unit vectors.
        labels: int64 [B].

    Returns:
        scalar; frames alone in their class do not count.
    """
    others = ~torch.eye(len(labels), dtype=torch.bool)
    same = (labels[:, None] == labels[None, :]) & others
    logits = _SCALE * vectors @ vectors.T
    member = functional.one_hot(labels).to(logits.dtype)
    sizes = others.to(logits.dtype) @ member
    weight = (1 / sizes.clamp(min=1)) @ member.T
    masked = (logits + weight.log()).masked_fill(~others, -torch.inf)
    spread = logits - masked.logsumexp(dim=1, keepdim=True)
    counts = same.sum(1)
    kept = counts > 0
    losses = -(spread * same)[kept].sum(1) / counts[kept]
    return losses.sum() / kept.sum().clamp(min=1)
