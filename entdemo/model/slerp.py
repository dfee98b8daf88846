"""Spherical linear interpolation with finite values and gradients everywhere.

Source: Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_NEAR = 1e-3
"""Sine of the angle below which the plane of interpolation is not computed from a and b."""


def slerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """Walk on the unit sphere from ``a`` (t = 0) to ``b`` (t = 1) at constant speed.

    Args:
        a: [..., D] float, unit vectors.
        b: [..., D] float, unit vectors.
        t: scalar or broadcastable to [..., 1], 0 to 1.

    Returns:
        [..., D] unit vectors. Nearly parallel inputs are interpolated on their chord, which is
        the limit of slerp; antipodal inputs, between which no great circle is singled out, go
        through one fixed vector orthogonal to ``a``.
    """
    t = t.to(a) if isinstance(t, Tensor) else a.new_tensor(t)
    cosine = (a * b).sum(-1, keepdim=True)
    rejection = b - cosine * a
    squared = (rejection * rejection).sum(-1, keepdim=True)
    near = squared < _NEAR**2
    sine = torch.where(near, torch.ones_like(squared), squared).sqrt()
    angle = torch.atan2(sine, cosine)
    arc = a * torch.cos(t * angle) + rejection / sine * torch.sin(t * angle)
    parallel = near & (cosine > 0)
    chord = torch.where(parallel, (1 - t) * a + t * b, a)
    half_turn = a * torch.cos(t * torch.pi) + _orthogonal(a) * torch.sin(t * torch.pi)
    path = torch.where(near, torch.where(parallel, chord, half_turn), arc)
    return functional.normalize(path, dim=-1)


def _orthogonal(a: Tensor) -> Tensor:
    """A unit vector orthogonal to each vector of ``a``: its least axis, projected."""
    axis = functional.one_hot(a.abs().argmin(-1), a.shape[-1]).to(a.dtype)
    return functional.normalize(axis - (axis * a).sum(-1, keepdim=True) * a, dim=-1)
