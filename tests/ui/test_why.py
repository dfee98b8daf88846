"""What is said of where the model looked."""

from __future__ import annotations

import numpy as np

from entdemo.predictor import Explanation
from entdemo.ui.why import legend


def test_its_limit_is_told_first_and_it_can_be_faded() -> None:
    relevance = np.ones((2, 2), np.float32)
    told = legend(Explanation("throat", relevance, (0.25, 0.75), (0, 3), 12))
    assert told.index("does not point at a finding") < told.index("spoke for")
    assert "không phải là chỉ điểm tổn thương" in told
    assert "data-opacity" in told
