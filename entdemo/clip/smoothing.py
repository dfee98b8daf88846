"""From a probability at each moment to the likeliest course over time: a hidden Markov model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SWITCH = 0.1
"""Chance that the next step shows another structure: stretches last 5 s in the mean."""

_FLOOR = 0.02
"""No single frame counts as surer than that something else is shown."""


def smoothed(probabilities: Floats) -> tuple[NDArray[np.intp], Floats]:
    """The likeliest course of states, and how likely each state is at each step given all steps.

    Args:
        probabilities: [T, S] of each of S states at T steps, at least one; rows sum to 1.

    Returns:
        [T] states by Viterbi, and [T, S] posteriors by the forward-backward algorithm.
    """
    states = probabilities.shape[1]
    seen = np.maximum(probabilities, _FLOOR)
    turn = np.full((states, states), _SWITCH / max(1, states - 1))
    np.fill_diagonal(turn, 1 - _SWITCH)
    return _viterbi(np.log(seen), np.log(turn)), _posteriors(seen, turn)


def _viterbi(seen: Floats, turn: Floats) -> NDArray[np.intp]:
    steps, states = seen.shape
    came_from = np.zeros((steps, states), np.intp)
    score = seen[0].copy()
    for step in range(1, steps):
        ways = score[:, None] + turn
        came_from[step] = ways.argmax(axis=0)
        score = ways.max(axis=0) + seen[step]
    course = np.empty(steps, np.intp)
    course[-1] = score.argmax()
    for step in range(steps - 1, 0, -1):
        course[step - 1] = came_from[step, course[step]]
    return course


def _posteriors(seen: Floats, turn: Floats) -> Floats:
    forward, backward = np.empty_like(seen), np.ones_like(seen)
    forward[0] = seen[0] / seen[0].sum()
    for step in range(1, len(seen)):
        row = (forward[step - 1] @ turn) * seen[step]
        forward[step] = row / row.sum()
    for step in range(len(seen) - 2, -1, -1):
        row = turn @ (backward[step + 1] * seen[step + 1])
        backward[step] = row / row.sum()
    joint = forward * backward
    told: Floats = joint / joint.sum(axis=1, keepdims=True)
    return told
