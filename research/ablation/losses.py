"""The objective of a variant: the terms that are switched on, weighted and summed."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from entdemo.model.fusion import FusionHead
from entdemo.model.network import EntClip
from entdemo.taxonomy import CLASSES
from entdemo.training.data import NO_CAPTION
from entdemo.training.objective import (
    Facts,
    consistency,
    multi_positive_contrast,
    open_cross_entropy,
    positives,
    slerp_mixup,
)
from research.ablation.batches import Batch
from research.ablation.terms import balanced_contrast, cluster_agreement
from research.ablation.variants import Variant

_CLUSTERS = 32


def class_logits(head: FusionHead, variant: Variant, embedding: Tensor) -> Tensor:
    """[B, D] -> [B, C]; where class prompts take no part, the class head stands alone."""
    if variant.prompts:
        return head.class_logits(embedding, head.prototypes)
    return head.class_logits(embedding, functional.normalize(head.class_weight, dim=-1))


class Loss:
    """Sum of a variant's terms.

    Args:
        model: in training.
        variant: says which terms, and how much each weighs.

    Attributes:
        clusters: [K, D], what the non-contrastive term learns beside the model.
    """

    def __init__(self, model: EntClip, variant: Variant) -> None:
        self.model, self.variant = model, variant
        self.clusters = torch.randn(_CLUSTERS, model.shape.embed_dim, requires_grad=True)
        self._tokens: list[Tensor] = []
        model.head.register_forward_pre_hook(self._keep_tokens)

    def _keep_tokens(self, _: object, inputs: tuple[list[Tensor]]) -> None:
        self._tokens = inputs[0]

    def __call__(self, batch: Batch) -> Tensor:
        """Scalar."""
        return torch.stack(list(self._terms(batch))).sum()

    def _terms(self, batch: Batch) -> Iterator[Tensor]:
        variant = self.variant
        frames = self.model.encode_frames(batch.grids).embedding
        yield self._cross_entropy(frames, batch.labels)
        if variant.scales:
            yield variant.scales * self._contrast_at_depths(batch.labels)
        if variant.mixup:
            mixed = slerp_mixup(frames, batch.partners, batch.mix)
            yield variant.mixup * self._cross_entropy(mixed, batch.labels)
        if variant.contrast:
            yield variant.contrast * self._contrast(frames, batch)
        if variant.sentences:
            logits = class_logits(self.model.head, variant, batch.sentences)
            yield variant.sentences * open_cross_entropy(logits, batch.allowed)
        if variant.clusters:
            clusters = functional.normalize(self.clusters, dim=-1)
            yield variant.clusters * cluster_agreement(frames, batch.captions, clusters)
        if variant.consistency:
            clean = self.model.encode_frames(batch.clean).embedding
            yield variant.consistency * consistency(frames, clean)

    def _cross_entropy(self, frames: Tensor, labels: Tensor) -> Tensor:
        logits = class_logits(self.model.head, self.variant, frames)
        return functional.cross_entropy(logits, labels, label_smoothing=self.variant.smoothing)

    def _contrast(self, frames: Tensor, batch: Batch) -> Tensor:
        """Each frame's caption and a prompt of each class are the texts."""
        classes = torch.arange(len(CLASSES))
        free = torch.full_like(batch.labels, NO_CAPTION)
        texts = Facts(
            torch.cat([batch.labels, classes]),
            torch.cat([batch.tags, torch.zeros_like(classes)]),
            torch.cat([free, torch.full_like(classes, NO_CAPTION)]),
        )
        positive = positives(Facts(batch.labels, batch.tags, free), texts)
        vectors = torch.cat([batch.captions, batch.prompts])
        return multi_positive_contrast(
            frames, vectors, positive, self.model.clip.logit_scale.exp().clamp(max=100.0)
        )

    def _contrast_at_depths(self, labels: Tensor) -> Tensor:
        head = self.model.head
        parts = zip(head.projections, head.norms, self._tokens, strict=True)
        depths = [
            functional.normalize(project(norm(token.float())).float(), dim=-1)
            for project, norm, token in parts
        ]
        return torch.stack([balanced_contrast(depth, labels) for depth in depths]).mean()
