"""Labels that spread to unlabelled frames, and which of them are believed."""

from __future__ import annotations

import numpy as np

from benchmarks.unlabelled import confident, spread_labels


def test_labels_spread_within_a_cluster() -> None:
    random = np.random.default_rng(0)
    centres = np.eye(6)[:2].repeat(10, 0)
    vectors = (centres + 0.1 * random.normal(size=(20, 6))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    given = np.zeros((20, 7))
    given[0, 2] = given[10, 5] = 1
    found = spread_labels(vectors, given).argmax(1)
    assert found.tolist() == [2] * 10 + [5] * 10


def test_of_each_class_the_more_confident_half_is_believed() -> None:
    told = np.full((6, 7), 0.01)
    told[:4, 1] = [0.5, 0.9, 0.6, 0.7]
    told[4:, 3] = [0.3, 0.4]
    rows, classes = confident(told)
    assert rows.tolist() == [1, 3, 5]
    assert classes.tolist() == [1, 1, 3]
