"""A fusion head that goes on from a bundle's and answers for further frames.

The towers stay as they are, so frames are encoded once and the fit takes seconds. A depth's
projection gets a change of rank C - 1 at most: scaled, centred features move the embedding along
the class directions, and so the ranking of similar cases moves with the classes. A ridge holds the
changes small. Then the plane of the classes is stretched, so that a case of the class comes first.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from entdemo.inference.calibration import mean_with_mirrored
from entdemo.model.fusion import FusionHead
from entdemo.model.network import EntClip, EntClipConfig, FrameDepths
from entdemo.model.slerp import slerp

_RIDGE = 0.01
"""Over ten halves of real frames 0.005 and 0.02 do as well; 0.001 loses one class in twenty."""
_GATE_RIDGE = 0.01
_STEPS = 40
_EXACT = 3.0
"""How much a frame whose label is one class counts beside one whose label leaves some open."""
_DOUBT = 0.1
"""How much it counts that the answer to a label that leaves classes open is itself in doubt."""
_LEAST_SPREAD = 0.1
"""Share of the mean deviation that is added to each feature's own, so that none explodes."""
_STRETCH = 2.0
"""By how much the class plane is stretched: Recall@1 by class rises with it, that by finding
falls."""
_JOIN_STEP = -2.0
"""What the logit of the share of CLIP's own embedding, which learns nothing here, goes down by."""


class _Change(nn.Module):
    """What is learned: class weights of some depths' features, and how depths are mixed.

    Attributes:
        weights: [C, F] of each changed depth, by its place among all.
    """

    def __init__(self, head: FusionHead, places: list[int], widths: list[int]) -> None:
        super().__init__()
        classes = len(head.prototypes)
        self.weights = nn.ParameterDict(
            {str(place): nn.Parameter(torch.zeros(classes, widths[place])) for place in places}
        )
        self.gates = nn.Parameter(torch.zeros(len(widths)))
        self.join = nn.Parameter(torch.zeros(()))

    def penalty(self) -> Tensor:
        ridge = torch.stack([weight.square().sum() for weight in self.weights.values()]).sum()
        return _RIDGE * ridge + _GATE_RIDGE * (self.gates.square().sum() + self.join.square())


def fitted_head(model: EntClip, depths: FrameDepths, allowed: Tensor) -> FusionHead:
    """Fit a copy of the network's head.

    Args:
        model: in evaluation mode; stays as it is.
        depths: of N frames, N at least 1, then of their mirror images in the same order.
        allowed: bool [2N, C], the classes that each label leaves open, at least one.

    Returns:
        The new head, without gradients.
    """
    head = model.head
    normed = [norm(it.float()) for norm, it in zip(head.norms, depths.vectors, strict=True)]
    before = [project(it) for project, it in zip(head.projections, normed, strict=True)]
    scores = torch.cat([gate(it) for gate, it in zip(head.gates, normed, strict=True)], dim=-1)
    change = _Change(head, changed_places(model.config), [it.shape[1] for it in normed])
    maps = {name: _to_white(normed[int(name)]) for name in change.weights}
    white = {name: normed[int(name)] @ to_white for name, to_white in maps.items()}
    lengths = {name: before[int(name)].norm(dim=1).mean() for name in maps}
    directions, weights = _directions(head), _balanced(allowed)

    def embedded() -> Tensor:
        moved = list(before)
        for name, weight in change.weights.items():
            step = lengths[name] * (white[name] @ weight.T @ directions)
            moved[int(name)] = before[int(name)] + step
        gates = (scores + change.gates).softmax(-1).unsqueeze(-1)
        levels = functional.normalize(torch.stack(moved, 1), dim=-1)
        fused = functional.normalize((gates * levels).sum(1), dim=-1)
        if not model.config.slerp_join:
            return fused
        return slerp(fused, depths.own, (head.join_logit + change.join).sigmoid())

    optimizer = torch.optim.LBFGS(
        change.parameters(), max_iter=_STEPS, history_size=10, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = head.class_logits(embedded(), head.prototypes)
        said = logits.log_softmax(1)
        right = said.masked_fill(~allowed, -1e9).logsumexp(1)
        loss: Tensor = change.penalty() - (weights * right).sum() + _DOUBT * _doubt(said, allowed)
        loss.backward()
        return loss

    optimizer.step(closure)
    moved = {
        name: lengths[name] * directions.T @ change.weights[name] @ to_white.T
        for name, to_white in maps.items()
    }
    return _stretched(_changed(head, change, moved), directions)


def changed_places(config: EntClipConfig) -> list[int]:
    """Which depths learn: the pooled maps before the first block where they are one, else all.

    On real frames they keep what ImageNet taught, and their few features hold more of the classes
    over from one half of the frames to the other than those of the blocks.
    """
    return [0] if 0 in config.levels else list(range(len(config.levels)))


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


def _doubt(said: Tensor, allowed: Tensor) -> Tensor:
    """Mean entropy of what is answered to labels that leave classes open, 0 without any.

    An answer is the mean over a frame and its mirror image, sides swapped back, as it is served: of
    an ear whose side is not stated, both must speak for the same side.

    Args:
        said: [2N, C] log-probabilities.
        allowed: bool [2N, C].
    """
    answers = mean_with_mirrored(said.exp())
    unsure = answers[allowed[: len(answers)].sum(1) > 1]
    entropy = -(unsure * (unsure + 1e-9).log()).sum(1)
    return entropy.mean() if len(unsure) else said.new_zeros(())


def _balanced(allowed: Tensor) -> Tensor:
    """[N] that sum to 1; a label counts by the square root of its number of frames, and more where
    it is one class."""
    _, label, counts = allowed.unique(dim=0, return_inverse=True, return_counts=True)
    weights = counts[label].float().rsqrt()
    weights[allowed.sum(1) == 1] *= _EXACT
    shares: Tensor = weights / weights.sum()
    return shares


@torch.no_grad()
def _changed(head: FusionHead, change: _Change, moved: dict[str, Tensor]) -> FusionHead:
    """The head with the change in its own weights; ``moved`` [D, F] is added to projections."""
    new = copy.deepcopy(head)
    for name, difference in moved.items():
        new.projections[int(name)].get_parameter("weight").add_(difference)
    for gate, difference in zip(new.gates, change.gates, strict=True):
        gate.get_parameter("bias").add_(difference)
    new.join_logit.add_(change.join)
    return new.requires_grad_(False).eval()


@torch.no_grad()
def _stretched(head: FusionHead, directions: Tensor) -> FusionHead:
    """The same head, in place, with more of the class plane in what it gives."""
    _, sizes, right = torch.linalg.svd(directions, full_matrices=False)
    plane = right[sizes > 1e-4 * sizes[0]]
    for project in head.projections:
        weight = project.get_parameter("weight")
        weight.add_((_STRETCH - 1) * plane.T @ (plane @ weight))
    head.join_logit.add_(_JOIN_STEP)
    return head
