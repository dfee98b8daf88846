"""slerp stays on the sphere, keeps its speed, and is finite where the formula is not."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from entdemo.model.slerp import slerp

seeds = st.integers(0, 10_000)
shares = st.floats(0, 1)


def unit_pair(seed: int, dim: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    pair = torch.randn(2, dim, generator=generator, dtype=torch.float64)
    return tuple(functional.normalize(pair, dim=-1))


@given(seeds, shares)
def test_result_is_a_unit_vector_at_the_share_of_the_angle(seed: int, t: float) -> None:
    a, b = unit_pair(seed)
    angle = math.acos(float(a @ b))
    result = slerp(a, b, t)
    assert float(result.norm()) == pytest.approx(1, abs=1e-9)
    assert math.acos(min(1, float(a @ result))) == pytest.approx(t * angle, abs=1e-6)


@given(seeds)
def test_ends_are_the_inputs(seed: int) -> None:
    a, b = unit_pair(seed)
    assert torch.allclose(slerp(a, b, 0.0), a)
    assert torch.allclose(slerp(a, b, 1.0), b)


@given(seeds, shares)
def test_walking_back_meets_the_same_point(seed: int, t: float) -> None:
    a, b = unit_pair(seed)
    assert torch.allclose(slerp(a, b, t), slerp(b, a, 1 - t), atol=1e-9)


@given(seeds, shares, st.sampled_from([1.0, -1.0]), st.floats(0, 1e-3))
def test_parallel_and_antipodal_pairs_have_finite_values_and_gradients(
    seed: int, t: float, sign: float, noise: float
) -> None:
    a, other = unit_pair(seed)
    b = functional.normalize(sign * a + noise * other, dim=-1)
    a, b = a.float().requires_grad_(), b.float().requires_grad_()
    share = torch.tensor(t, requires_grad=True)
    result = slerp(a, b, share)
    assert float(result.detach().norm()) == pytest.approx(1, abs=1e-5)
    result.sum().backward()
    for tensor in (a, b, share):
        assert tensor.grad is not None
        assert torch.isfinite(tensor.grad).all()


def test_half_way_between_antipodes_is_orthogonal_to_both() -> None:
    a = functional.normalize(torch.randn(5, 8, generator=torch.Generator().manual_seed(1)), dim=-1)
    middle = slerp(a, -a, 0.5)
    assert torch.allclose((middle * a).sum(-1), torch.zeros(5), atol=1e-5)


def test_gradient_agrees_with_finite_differences() -> None:
    a, b = unit_pair(3)
    t = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        slerp, (a.requires_grad_(), b.requires_grad_(), t), eps=1e-6, atol=1e-5
    )
