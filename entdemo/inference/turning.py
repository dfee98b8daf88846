"""Whether a frame may have been turned by a quarter, so that its side cannot be relied on.

A side is read from how a picture stands: a frame turned by 180 degrees shows the other one. A
frame that stands upright tells its side more surely than its quarter turns do, which show none;
of one that was turned by a quarter, the quarter turns tell it more surely.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.inference.calibration import REGION_MEMBERS
from entdemo.taxonomy import MIRRORED

_SIDED_CLASSES = torch.tensor([mirrored != own for own, mirrored in enumerate(MIRRORED)])


def side_certainty(probabilities: Tensor, regions: Tensor) -> Tensor:
    """Probability of the likelier side within a region; 0 where the region has no sides.

    Args:
        probabilities: float64 [N, C].
        regions: int64 [N], which region.

    Returns:
        float64 [N], 0 or .5 to 1.
    """
    own = probabilities * REGION_MEMBERS.T[regions]
    sides = own * _SIDED_CLASSES
    return sides.max(dim=1).values / own.sum(dim=1).clamp(min=1e-12)


def quarter_turns(squares: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 [N, S, S, 3] -> [2N, S, S, 3], turned left, then turned right."""
    return np.concatenate([np.rot90(squares, turns, (1, 2)) for turns in (1, 3)])
