"""What is rewritten for serving computes the same."""

from __future__ import annotations

import copy

import pytest
import torch
from open_clip.transformer import QuickGELU, Transformer
from torch import nn

from entdemo.inference.serving import ServingAttention, prepare_for_serving, rewrite_blocks
from entdemo.model.network import EntClip, EntClipConfig

HYBRID = "entclip-lite0-128"


def network(base: str) -> EntClip:
    torch.manual_seed(1)
    model = EntClip(EntClipConfig(base)).eval().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):  # as after training: not the identity
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            module.weight.uniform_(0.5, 2)
            module.bias.normal_(0, 0.1)
        if isinstance(module, nn.MultiheadAttention):
            module.in_proj_bias.normal_(0, 0.1)
    return model


@pytest.fixture(scope="module")
def hybrid() -> EntClip:
    return network(HYBRID)


@torch.inference_mode()
def outputs(model: EntClip) -> list[torch.Tensor]:
    size = model.shape.image_size
    pixels = torch.randn(3, 3, size, size, generator=torch.Generator().manual_seed(2))
    tokens = torch.zeros(2, model.shape.context_length, dtype=torch.int64)
    tokens[0, :4] = torch.tensor([5, 6, 7, model.shape.vocab_size - 1])
    tokens[1, :9] = torch.tensor([5, 6, 7, 8, 9, 8, 7, 6, model.shape.vocab_size - 1])
    frames = model.encode_frames(pixels)
    return [frames.embedding, frames.gates, frames.features, model.encode_texts(tokens)]


def test_the_hybrid_computes_the_same(hybrid: EntClip) -> None:
    served = copy.deepcopy(hybrid)
    prepare_for_serving(served, torch.float32)
    kinds = {type(module) for module in served.modules()}
    assert ServingAttention in kinds
    assert nn.MultiheadAttention not in kinds
    assert not any(issubclass(kind, nn.BatchNorm2d) for kind in kinds)
    for found, expected in zip(outputs(served), outputs(hybrid), strict=True):
        assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_blocks_with_quick_gelu_compute_the_same() -> None:
    torch.manual_seed(3)
    blocks = Transformer(32, 2, 4, act_layer=QuickGELU).eval()
    rewritten = copy.deepcopy(blocks)
    rewrite_blocks(rewritten)
    assert isinstance(rewritten.resblocks[0].mlp.gelu, nn.SiLU)
    tokens = torch.randn(3, 7, 32)
    mask = torch.full((7, 7), float("-inf")).triu(1)
    with torch.inference_mode():
        for attn_mask in (None, mask):
            found, expected = (b(tokens, attn_mask=attn_mask) for b in (rewritten, blocks))
            assert torch.allclose(found, expected, atol=1e-5)


def test_a_prepared_model_may_be_prepared_again(hybrid: EntClip) -> None:
    served = copy.deepcopy(hybrid)
    prepare_for_serving(served, torch.float32)
    before = outputs(served)
    prepare_for_serving(served, torch.float32)
    for found, expected in zip(outputs(served), before, strict=True):
        assert torch.equal(found, expected)


def test_the_blocks_are_cast_and_nothing_before_or_after_them(hybrid: EntClip) -> None:
    served = copy.deepcopy(hybrid)
    prepare_for_serving(served, torch.bfloat16)
    for blocks in (served.clip.visual.transformer, served.clip.transformer):
        assert {value.dtype for value in blocks.parameters()} == {torch.bfloat16}
    for part in (served.clip.visual.conv1, served.head, served.ood):
        floats = (value for value in part.state_dict().values() if value.is_floating_point())
        assert {value.dtype for value in floats} == {torch.float32}
    found, expected = outputs(served), outputs(hybrid)
    assert all(value.dtype == torch.float32 for value in found)
    assert torch.allclose(found[2], expected[2], rtol=1e-4, atol=1e-4)
    assert (found[0] * expected[0]).sum(-1).min() > 0.99
