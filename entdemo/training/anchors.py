"""Finding anchors: one direction of the joint space for each finding of each class.

Frames and texts are classified against the same anchors, so a word for a finding and the look of
it come to lie together long before the contrast alone would bring them there. The anchors belong
to training and are left out of the bundle.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from entdemo.taxonomy import CLASSES, FINDINGS, region_of

PAIRS = tuple(
    (label, bit)
    for label, name in enumerate(CLASSES)
    for bit, finding in enumerate(FINDINGS)
    if finding.region == region_of(name)
)
"""Class and finding, as index and bit of ``data.finding_bits``, of each of the P anchors."""


class FindingAnchors(nn.Module):
    """Cosine classification of embeddings by class and finding.

    Args:
        embed_dim: D, of the joint space.
    """

    labels: Tensor
    bits: Tensor

    def __init__(self, embed_dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(len(PAIRS), embed_dim) * embed_dim**-0.5)
        self.scale = nn.Parameter(torch.tensor(2.5))
        labels, bits = torch.tensor(PAIRS).T
        self.register_buffer("labels", labels, persistent=False)
        self.register_buffer("bits", bits, persistent=False)

    def forward(self, embedding: Tensor) -> Tensor:
        """[N, D] unit vectors of frames or texts -> logits [N, P]."""
        return self.scale.exp() * embedding @ functional.normalize(self.weight, dim=-1).T

    def named(self, labels: Tensor, tags: Tensor) -> Tensor:
        """Which anchors hold.

        Args:
            labels: int64 [N], classes.
            tags: int64 [N], bit masks of findings.

        Returns:
            bool [N, P]; no anchor holds where no finding is named.
        """
        own_class = labels[:, None] == self.labels
        return own_class & ((tags[:, None] >> self.bits) & 1).bool()


def anchors_of(model: nn.Module) -> FindingAnchors | None:
    """The anchors that ``model`` trains with, if any."""
    found = getattr(model, "anchors", None)
    return found if isinstance(found, FindingAnchors) else None
