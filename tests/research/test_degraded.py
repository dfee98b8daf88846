"""The harder domain."""

from __future__ import annotations

import numpy as np

from research.ablation.degraded import degraded

SQUARES = np.random.default_rng(0).integers(60, 200, (3, 48, 48, 3), dtype=np.uint8)


def test_same_seed_same_faults() -> None:
    np.testing.assert_array_equal(degraded(SQUARES, 5), degraded(SQUARES, 5))
    assert (degraded(SQUARES, 5) != degraded(SQUARES, 6)).any(axis=(1, 2, 3)).all()


def test_frames_stay_frames_and_change_much() -> None:
    found = degraded(SQUARES, 5)
    assert (found.shape, found.dtype) == (SQUARES.shape, np.uint8)
    assert np.abs(found.astype(int) - SQUARES).mean() > 15


def test_faults_of_a_frame_do_not_depend_on_the_others() -> None:
    np.testing.assert_array_equal(degraded(SQUARES[:1], 5)[0], degraded(SQUARES, 5)[0])


def test_left_stays_left() -> None:
    """A frame that is bright on one side stays so: nothing mirrors it."""
    square = np.zeros((24, 64, 64, 3), np.uint8)
    square[:, :, :32] = 220
    found = degraded(square, 1).mean(axis=(1, 3))
    assert (found[:, :32].mean(axis=1) > found[:, 32:].mean(axis=1)).mean() > 0.9
