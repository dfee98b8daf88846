"""Pre-training on frames without labels: the tower restores what is masked and degraded.

A share of the patches of an augmented frame is blanked; from the tower's tokens a light decoder
restores the patches of the frame as it was before its look changed. The patches are features of the
frozen stem, as all runs take them in place of pixels. The preserving kind restores mixtures of two
frames, and tells from each mixture's vector which frames it was mixed of.

Sources: Valanarasu et al., "Disruptive autoencoders", MIDL 2024 (masking and low-level faults
together); Zhou et al., "Preservational learning improves self-supervised medical image models by
reconstructing diverse contexts", ICCV 2021 (PCRL: restored mixtures keep what contrast gives away).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR

from entdemo.model.network import EntClip
from entdemo.training.config import StageConfig
from entdemo.training.optim import warmup_cosine
from research.ablation.material import PLAIN_VIEWS, Frames
from research.ablation.variants import Variant

_STEPS = 100
_SIZE = 32
_MASKED = 0.5
"""Share of the patches that are blanked."""
_CONTRAST = 0.2
"""Weight of the contrast beside the restoration."""
_SCALE = 10.0
"""Inverse temperature of the contrast."""


@dataclass(frozen=True)
class Looks:
    """Frames to restore.

    Attributes:
        grids: float32 [B, width, g, g], augmented.
        clean: float32 [B, width, g, g], the same pose with the frame's own look.
        plain: float32 [B, width, g, g], the frame, or its mirror image for a mirrored look.
        kept: float32 [B, 1, g, g], 0 where a patch is blanked and 1 elsewhere.
        share: float32 [B] in 0.5..1, what a mixture takes of the frame; the one before it gives the
            rest.
    """

    grids: Tensor
    clean: Tensor
    plain: Tensor
    kept: Tensor
    share: Tensor


def looks_at(frames: Frames, seed: int, step: int) -> Looks:
    """Looks at frames of any class; they follow from seed and step."""
    rng = np.random.default_rng([seed, step, 2])
    rows = torch.from_numpy(rng.choice(len(frames.tags), min(_SIZE, len(frames.tags)), False))
    views = torch.from_numpy(rng.integers(PLAIN_VIEWS, frames.grids.shape[1], len(rows)))
    side = frames.grids.shape[-1]
    kept = rng.random((len(rows), 1, side, side)) >= _MASKED
    return Looks(
        grids=frames.grids[rows, views].float(),
        clean=frames.clean[rows, views].float(),
        plain=frames.grids[rows, views % 2].float(),
        kept=torch.from_numpy(kept).float(),
        share=torch.from_numpy(rng.uniform(0.5, 1, len(rows)).astype(np.float32)),
    )


class Restoration(nn.Module):
    """The loss of one kind of pre-training, with its decoder.

    Args:
        width: of the tower.
        preserves: restore mixtures, and contrast them with the frames that they are made of.
    """

    def __init__(self, width: int, preserves: bool) -> None:
        super().__init__()
        self.preserves = preserves
        self.blank = nn.Parameter(torch.zeros(width, 1, 1))
        self.decoder = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, width)
        )

    def forward(self, model: EntClip, looks: Looks) -> Tensor:
        """Scalar."""
        share = looks.share if self.preserves else torch.ones_like(looks.share)
        grids, clean = (_mixed(it, share) for it in (looks.grids, looks.clean))
        hidden = _tokens(model, looks.kept * grids + (1 - looks.kept) * self.blank)
        restored = self.decoder(hidden[:, 1:])
        loss = functional.mse_loss(restored, _target(clean))
        if self.preserves:
            known = model.own_embedding(_tokens(model, looks.plain))
            loss = loss + _CONTRAST * mixture_contrast(model.own_embedding(hidden), known, share)
        return loss


def mixture_contrast(mixtures: Tensor, frames: Tensor, share: Tensor) -> Tensor:
    """Cross-entropy of which frames each mixture is made of.

    Args:
        mixtures: [B, D] unit vectors.
        frames: [B, D] unit vectors.
        share: [B], what mixture i takes of frame i; frame i - 1 gives the rest.
    """
    own = torch.eye(len(share))
    wanted = share[:, None] * own + (1 - share[:, None]) * own.roll(1, 0)
    return functional.cross_entropy(_SCALE * mixtures @ frames.T, wanted)


def pretrain(
    model: EntClip, variant: Variant, frames: Frames, stage: StageConfig, seed: int
) -> list[float]:
    """Train the adapters of the image tower, as a variant asks.

    Random numbers that are drawn afterwards are those of a run without it.

    Args:
        model: with adapters, whose parameters alone take gradients in its tower.
        variant: says which kind; without one nothing happens.
        frames: all training frames; their labels are not looked at.
        stage: its rate and warm-up.
        seed: of the decoder's first weights and of the looks.

    Returns:
        The loss at each step.
    """
    if not variant.pretraining:
        return []
    losses = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        restoration = Restoration(model.shape.width, variant.pretraining == "preserve")
        trained = [it for it in model.clip.visual.parameters() if it.requires_grad]
        trained += restoration.parameters()
        optimizer = torch.optim.AdamW(trained, lr=stage.lr, weight_decay=stage.weight_decay)
        schedule = LambdaLR(optimizer, warmup_cosine(stage.warmup, _STEPS))
        for step in range(_STEPS):
            loss = restoration(model, looks_at(frames, seed, step))
            loss.backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(float(loss.detach()))
    return losses


def _tokens(model: EntClip, grids: Tensor) -> Tensor:
    """[B, width, g, g] -> [B, 1 + g * g, width] after the last block."""
    hidden: Tensor = model.clip.visual.transformer(model.frame_tokens(grids).tokens)
    return hidden


def _mixed(grids: Tensor, share: Tensor) -> Tensor:
    share = share.view(-1, 1, 1, 1)
    return share * grids + (1 - share) * grids.roll(1, 0)


def _target(clean: Tensor) -> Tensor:
    """[B, width, g, g] -> [B, g * g, width], each patch of mean 0 and deviation 1."""
    return functional.layer_norm(clean.flatten(2).transpose(1, 2), clean.shape[1:2])
