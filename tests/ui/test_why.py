"""The weights of the depths in words."""

from __future__ import annotations

import numpy as np

from entdemo.predictor import Explanation
from entdemo.ui.why import depths


def test_each_depth_is_named_with_its_weight() -> None:
    relevance = np.ones((2, 2), np.float32)
    told = depths(Explanation("throat", relevance, (0.25, 0.75), (0, 3), 12))
    assert "Before the first block" in told
    assert "Trước khối đầu tiên" in told
    assert "Block 3 of 12" in told
    assert "Block 0" not in told
    assert told.index("25 %") < told.index("75 %")
