"""Out-of-distribution score: distance from the training frames, raised by doubt.

Source of the distance: Lee et al., "A simple unified framework for detecting out-of-distribution
samples and adversarial attacks", NeurIPS 2018 (Mahalanobis distance to the nearest class, shared
covariance). Source of doubt as a sign of strange pictures: Hendrycks and Gimpel, "A baseline for
detecting misclassified and out-of-distribution examples in neural networks", ICLR 2017; here the
entropy of all classes, as two sides of one nose are doubt about the side alone. Their product is a
choice of this project.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_SHRINKAGE = 0.05
_DOUBT = 0.5


def suspicion(distances: Tensor, probabilities: Tensor) -> Tensor:
    """How strange pictures are; compared with a bundle's threshold.

    Low-level distance alone takes a photograph behind a disc for endoscopy, and doubt alone lets
    pass whatever resembles one class.

    Args:
        distances: [B] of ``OodDetector``.
        probabilities: [B, C] calibrated, rows sum to 1.

    Returns:
        [B], the distance where a class is certain, up to e^0.5 = 1.65 times it where none is.
    """
    logs = probabilities.clamp(min=1e-9).log()
    entropy = -(probabilities * logs).sum(dim=-1) / math.log(probabilities.shape[-1])
    return distances * (_DOUBT * entropy).exp()


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
