"""The joint supervised and contrastive objective, term by term.

Sources: Khosla et al., "Supervised contrastive learning", NeurIPS 2020 (several positives);
Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021
(symmetric frame-text contrast); Verma et al., "Manifold mixup", ICML 2019, here on the sphere; Lee
et al., "Deeply-supervised nets", AISTATS 2015 (a loss at each level).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from entdemo.model.fusion import FusionHead, class_prototypes
from entdemo.model.slerp import slerp
from entdemo.taxonomy import CLASSES, MIRRORED
from entdemo.training.anchors import FindingAnchors
from entdemo.training.batches import Batch
from entdemo.training.config import ObjectiveConfig
from entdemo.training.data import NO_CAPTION
from entdemo.training.optim import MAX_SCALE


class Facts(NamedTuple):
    """What frames show or texts say.

    Attributes:
        labels: int64 [N], classes.
        tags: int64 [N], bit masks of findings.
        captions: int64 [N], see ``data.caption_ids``.
    """

    labels: Tensor
    tags: Tensor
    captions: Tensor


def positives(frames: Facts, texts: Facts) -> Tensor:
    """Which texts hold for which frames.

    A text holds for a frame of its class that shows all findings the text names; a text that
    names none, such as a class prompt, holds for every frame of the class. A caption whose
    findings nobody named holds for the frames of its class that have the same caption.

    Args:
        frames: of length B.
        texts: of length T.

    Returns:
        bool [B, T].
    """
    same_class = frames.labels[:, None] == texts.labels[None, :]
    missing = texts.tags[None, :] & ~frames.tags[:, None]
    same_caption = frames.captions[:, None] == texts.captions[None, :]
    free = texts.captions[None, :] == NO_CAPTION
    return same_class & (missing == 0) & (same_caption | free)


def multi_positive_contrast(
    frames: Tensor, texts: Tensor, positive: Tensor, scale: Tensor | float
) -> Tensor:
    """Symmetric InfoNCE whose target is spread over all positives.

    Args:
        frames: [B, D] unit vectors.
        texts: [T, D] unit vectors.
        positive: bool [B, T].
        scale: inverse temperature.

    Returns:
        scalar; rows without a positive do not count.
    """
    logits = scale * frames @ texts.T
    return (_spread_loss(logits, positive) + _spread_loss(logits.T, positive.T)) / 2


def _spread_loss(logits: Tensor, positive: Tensor) -> Tensor:
    counts = positive.sum(1)
    kept = counts > 0
    target = positive[kept].to(logits.dtype) / counts[kept].unsqueeze(1)
    losses = -(target * logits[kept].log_softmax(dim=1)).sum(1)
    return losses.sum() / kept.sum().clamp(min=1)


def slerp_mixup(embeddings: Tensor, partners: Tensor, t: Tensor) -> Tensor:
    """Points on the great circles between each frame and its partner.

    Args:
        embeddings: [B, D] unit vectors.
        partners: int64 [B], index of each frame's same-class partner.
        t: [B] in 0..1.

    Returns:
        [B, D] unit vectors; their labels are those of ``embeddings``.
    """
    return slerp(embeddings, embeddings[partners], t.unsqueeze(1))


def open_cross_entropy(logits: Tensor, allowed: Tensor) -> Tensor:
    """Cross-entropy against equal shares of the classes that a sentence leaves open.

    Args:
        logits: [T, C].
        allowed: bool [T, C], at least one True a row.
    """
    target = allowed.to(logits.dtype)
    target = target / target.sum(1, keepdim=True)
    return -(target * logits.log_softmax(dim=1)).sum(1).mean()


def consistency(degraded: Tensor, clean: Tensor) -> Tensor:
    """Mean cosine distance of degraded frames from the same frames before.

    Args:
        degraded: [B, D] unit vectors.
        clean: [B, D] unit vectors, targets without gradient.
    """
    return (1 - (degraded * clean.detach()).sum(1)).mean()


def finding_loss(
    anchors: FindingAnchors, embedding: Tensor, labels: Tensor, tags: Tensor
) -> Tensor:
    """Cross-entropy against equal shares of the findings that are seen or named.

    Args:
        anchors: one for each finding of each class.
        embedding: [N, D] unit vectors of frames or texts.
        labels: int64 [N], classes.
        tags: int64 [N], bit masks of findings.

    Returns:
        scalar; rows that name no finding do not count.
    """
    return _spread_loss(anchors(embedding), anchors.named(labels, tags))


class Objective:
    """Weighted terms: cross-entropy, contrast, slerp mixup, sentences, and others if on.

    Args:
        config: weights of the terms.
        anchors: classify findings; None leaves that term out.
    """

    def __init__(self, config: ObjectiveConfig, anchors: FindingAnchors | None = None) -> None:
        self.config = config
        self.anchors = anchors

    def __call__(
        self,
        head: FusionHead,
        logit_scale: Tensor,
        frames: Tensor,
        texts: Tensor,
        batch: Batch,
        clean: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """The weighted terms.

        Args:
            head: classifies embeddings.
            logit_scale: log of the contrast's inverse temperature.
            frames: [B, 1 + L, D] unit vectors of ``batch.pixels``: the embedding, then the levels
                that were fused into it.
            texts: [B + B // 2 + P, D] unit vectors of captions, sentences and prompts.
            batch: what they were made from.
            clean: [B, D] unit vectors of ``batch.clean``; None leaves consistency out.
        """
        captions, sentences, prompts = torch.split(
            texts, [len(batch.texts.tokens), len(batch.sentence_tokens), len(batch.prompt_tokens)]
        )
        prototypes = class_prototypes(prompts, batch.prompt_owner, len(CLASSES))
        frames, levels = frames[:, 0], frames[:, 1:]
        positive = positives(
            Facts(batch.labels, batch.tags, batch.captions),
            Facts(batch.texts.labels, batch.texts.tags, batch.texts.captions),
        )
        if batch.turned is not None:
            positive &= ~batch.turned[:, None]
        scale = logit_scale.exp().clamp(max=MAX_SCALE)
        mixed = slerp_mixup(frames, batch.partners, batch.mix)
        terms = {
            "classes": self._class_loss(head, frames, prototypes, batch),
            "contrast": self.config.contrast
            * multi_positive_contrast(frames, captions, positive, scale),
            "mixup": self.config.mixup * self._class_loss(head, mixed, prototypes, batch),
            "sentences": self.config.sentences
            * open_cross_entropy(head.class_logits(sentences, prototypes), batch.sentence_classes),
        }
        if self.anchors is not None:
            terms["findings"] = self.config.findings * (
                finding_loss(self.anchors, frames, batch.labels, batch.tags)
                + finding_loss(self.anchors, captions, batch.texts.labels, batch.texts.tags)
            )
        if self.config.levels:
            each = [self._class_loss(head, it, prototypes, batch) for it in levels.unbind(1)]
            terms["levels"] = self.config.levels * torch.stack(each).mean()
        if clean is not None:
            terms["consistency"] = self.config.consistency * consistency(frames, clean)
        return terms

    def _class_loss(
        self, head: FusionHead, embedding: Tensor, prototypes: Tensor, batch: Batch
    ) -> Tensor:
        logits = head.class_logits(embedding, prototypes)
        smoothing = self.config.label_smoothing
        if batch.open is not None:
            return partial_label_loss(logits, batch.open, smoothing)
        target = class_targets(batch).to(logits.dtype)
        return functional.cross_entropy(logits, target, label_smoothing=smoothing)


def partial_label_loss(logits: Tensor, allowed: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy against whichever of the classes that a label leaves open.

    Of a label that is one class it is the usual one.

    Args:
        logits: [B, C].
        allowed: bool [B, C], at least one True a row.
        smoothing: label smoothing, 0..1.
    """
    said = logits.log_softmax(dim=1)
    right = said.masked_fill(~allowed, float("-inf")).logsumexp(dim=1)
    return -((1 - smoothing) * right + smoothing * said.mean(dim=1)).mean()


def class_targets(batch: Batch) -> Tensor:
    """float32 [B, C] shares of the classes: both sides alike where the side cannot be told."""
    target = functional.one_hot(batch.labels, len(CLASSES)).float()
    if batch.turned is None:
        return target
    mirrored = target[:, list(MIRRORED)]
    return torch.where(batch.turned[:, None], (target + mirrored) / 2, target)


def batch_tokens(batch: Batch) -> Tensor:
    """Captions, sentences and prompts in one tensor, int64 [T, context_length]."""
    return torch.cat([batch.texts.tokens, batch.sentence_tokens, batch.prompt_tokens])
