"""Early stopping keeps the best weights and comes back from a checkpoint."""

from __future__ import annotations

import torch

from entdemo.training.stopping import EarlyStop


def test_it_stops_after_idle_looks_with_the_best_weights() -> None:
    stop = EarlyStop(patience=2)
    weights = {"w": torch.zeros(2)}
    for figure, idle in ((0.5, 0), (0.7, 0), (0.7, 1)):
        weights["w"].fill_(figure)
        stop.update(figure, weights)
        assert stop.idle == idle
        assert not stop.stopped
    again = EarlyStop(patience=2)
    again.load_state_dict(stop.state_dict())
    again.update(0.6, {"w": torch.ones(2)})
    assert again.stopped
    assert torch.equal(again.weights["w"], torch.full((2,), 0.7))


def test_a_better_look_starts_the_count_anew() -> None:
    stop = EarlyStop(patience=2)
    for figure in (0.5, 0.4, 0.6, 0.5):
        stop.update(figure, {})
    assert not stop.stopped
