"""Distance-based out-of-distribution score.

Source: Lee et al., "A simple unified framework for detecting out-of-distribution samples and
adversarial attacks", NeurIPS 2018 (Mahalanobis distance to the nearest class, shared covariance).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_SHRINKAGE = 0.05


class OodDetector(nn.Module):
    """How far a frame lies from all classes of the training frames.

    Args:
        classes: C, number of classes.
        dim: F, length of the feature vectors.

    Attributes:
        means: [C, F] class means.
        whitening: [F, F], maps differences to unit covariance.
    """

    means: Tensor
    whitening: Tensor

    def __init__(self, classes: int, dim: int) -> None:
        super().__init__()
        self.register_buffer("means", torch.zeros(classes, dim))
        self.register_buffer("whitening", torch.eye(dim))

    @torch.no_grad()
    def fit(self, features: Tensor, labels: Tensor) -> None:
        """Estimate means and shared covariance.

        Args:
            features: [N, F] float.
            labels: int64 [N]; every class must occur.
        """
        for label in range(len(self.means)):
            self.means[label] = features[labels == label].mean(0)
        centred = (features - self.means[labels]).double()
        covariance = centred.T @ centred / len(centred)
        mean_variance = covariance.diagonal().mean()
        covariance *= 1 - _SHRINKAGE
        covariance.diagonal().add_(_SHRINKAGE * mean_variance)
        values, vectors = torch.linalg.eigh(covariance)
        self.whitening.copy_(vectors / values.clamp(min=1e-12).sqrt())

    def forward(self, features: Tensor) -> Tensor:
        """[B, F] -> [B] distance to the nearest class mean, about 1 for training-like frames."""
        differences = features[:, None] - self.means[None]
        squared = (differences @ self.whitening).square().mean(-1)
        return squared.min(dim=1).values.sqrt()
