"""A fusion head that goes on from a bundle's and answers for further frames.

The towers stay as they are, so frames are encoded once and the fit takes seconds. Each depth's
projection gets a change of rank C - 1 at most: scaled, centred features move the embedding along
the class directions, and so the ranking of similar cases moves with the classes. A ridge holds the
changes small.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from entdemo.model.fusion import FusionHead
from entdemo.model.network import EntClip, FrameDepths
from entdemo.model.slerp import slerp

_RIDGE = 0.01
"""Of 0.1, 0.01, 1e-3, 1e-4 and 1e-5 the best class accuracy over five halvings of real frames."""
_GATE_RIDGE = 0.01
_STEPS = 40
_LEAST_SPREAD = 0.1
"""Share of the mean deviation that is added to each feature's own, so that none explodes."""


class _Change(nn.Module):
    """What is learned: class weights of each depth's features, and how depths are mixed."""

    def __init__(self, head: FusionHead, vectors: list[Tensor]) -> None:
        super().__init__()
        classes = len(head.prototypes)
        self.weights = nn.ParameterList(
            nn.Parameter(torch.zeros(classes, vector.shape[1])) for vector in vectors
        )
        self.gates = nn.Parameter(torch.zeros(len(vectors)))
        self.join = nn.Parameter(torch.zeros(()))

    def penalty(self) -> Tensor:
        ridge = torch.stack([weight.square().sum() for weight in self.weights]).sum()
        return _RIDGE * ridge + _GATE_RIDGE * (self.gates.square().sum() + self.join.square())


def fitted_head(model: EntClip, depths: FrameDepths, allowed: Tensor) -> FusionHead:
    """Fit a copy of the network's head.

    Args:
        model: in evaluation mode; stays as it is.
        depths: of N frames, N at least 2.
        allowed: bool [N, C], the classes that each frame's label leaves open, at least one.

    Returns:
        The new head, without gradients.
    """
    head = model.head
    normed = [norm(it.float()) for norm, it in zip(head.norms, depths.vectors, strict=True)]
    maps = [_to_white(it) for it in normed]
    before = [project(it) for project, it in zip(head.projections, normed, strict=True)]
    lengths = [it.norm(dim=1).mean() for it in before]
    white = [it @ to_white for it, to_white in zip(normed, maps, strict=True)]
    scores = torch.cat([gate(it) for gate, it in zip(head.gates, normed, strict=True)], dim=-1)
    directions = _directions(head)
    weights, change = _balanced(allowed), _Change(head, normed)

    def embedded() -> Tensor:
        moved = [
            functional.normalize(old + length * (it @ weight.T @ directions), dim=-1)
            for old, length, it, weight in zip(before, lengths, white, change.weights, strict=True)
        ]
        gates = (scores + change.gates).softmax(-1).unsqueeze(-1)
        fused = functional.normalize((gates * torch.stack(moved, 1)).sum(1), dim=-1)
        if not model.config.slerp_join:
            return fused
        return slerp(fused, depths.own, (head.join_logit + change.join).sigmoid())

    optimizer = torch.optim.LBFGS(
        change.parameters(), max_iter=_STEPS, history_size=10, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = head.class_logits(embedded(), head.prototypes)
        right = logits.log_softmax(1).masked_fill(~allowed, -1e9).logsumexp(1)
        loss: Tensor = change.penalty() - (weights * right).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return _changed(head, change, maps, lengths, directions)


def _to_white(features: Tensor) -> Tensor:
    """[N, F] -> [F, F], a map to features of even spread whose mean over the N is zero.

    The projections have no bias, so the direction of the mean is taken out in place of the mean.
    """
    deviation = features.std(0)
    spread = deviation + _LEAST_SPREAD * deviation.mean() + 1e-6
    mean = functional.normalize(features.mean(0) / spread, dim=0)
    centred = torch.eye(len(mean)) - torch.outer(mean, mean)
    scaled: Tensor = (centred / spread[:, None]) / len(mean) ** 0.5
    return scaled


def _directions(head: FusionHead) -> Tensor:
    """[C, D], where frames of each class lie, without what all classes share."""
    weight = functional.normalize(head.class_weight, dim=-1) + head.prototypes
    unit = functional.normalize(weight, dim=-1)
    return unit - unit.mean(0)


def _balanced(allowed: Tensor) -> Tensor:
    """[N] that sum to 1; a label counts by the square root of its number of frames."""
    _, label, counts = allowed.unique(dim=0, return_inverse=True, return_counts=True)
    weights = counts[label].float().rsqrt()
    shares: Tensor = weights / weights.sum()
    return shares


@torch.no_grad()
def _changed(
    head: FusionHead,
    change: _Change,
    maps: list[Tensor],
    lengths: list[Tensor],
    directions: Tensor,
) -> FusionHead:
    """The head with the change in its own weights."""
    new = copy.deepcopy(head)
    for level, (to_white, length) in enumerate(zip(maps, lengths, strict=True)):
        moved = length * directions.T @ change.weights[level] @ to_white.T
        new.projections[level].get_parameter("weight").add_(moved)
        new.gates[level].get_parameter("bias").add_(change.gates[level])
    new.join_logit.add_(change.join)
    return new.requires_grad_(False).eval()
