"""Both profiles: shapes, LoRA merge, fusion, and gradient in every part."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from entdemo.errors import UserError
from entdemo.model.base import PAPER_BASE, base_shape, create_base
from entdemo.model.fusion import CLASS_PULL, FusionHead, class_prototypes
from entdemo.model.lora import ADAPTER_WEIGHTS, add_lora, load_lora, merge_lora
from entdemo.model.network import EntClip, EntClipConfig, pool_halves
from entdemo.model.stem import Lite0Stem

SMALL_BASE = "entclip-lite0-128"
BASES = [SMALL_BASE, PAPER_BASE]


def make(base: str, *, seed: int = 0, slerp_join: bool = True) -> EntClip:
    torch.manual_seed(seed)
    return EntClip(EntClipConfig(base, slerp_join=slerp_join)).eval()


def inputs(model: EntClip, frames: int = 2) -> tuple[Tensor, Tensor]:
    size, length = model.shape.image_size, model.shape.context_length
    pixels = torch.randn(frames, 3, size, size, generator=torch.Generator().manual_seed(5))
    tokens = torch.zeros(frames, length, dtype=torch.int64)
    end = model.shape.vocab_size - 1
    for row in range(frames):
        tokens[row, :4] = torch.tensor([1, 7 + row, 9, end])
    return pixels, tokens


def wake(model: nn.Module) -> None:
    """Give LoRA's second matrices values: they start at zero, which would hide mistakes."""
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.02)


@pytest.mark.parametrize("base", BASES)
def test_frames_and_texts_meet_on_the_unit_sphere(base: str) -> None:
    model = make(base)
    pixels, tokens = inputs(model)
    with torch.no_grad():
        encoded, texts = model(pixels, tokens)
    assert encoded.embedding.shape == texts.shape == (2, model.shape.embed_dim)
    assert torch.allclose(encoded.embedding.norm(dim=1), torch.ones(2), atol=1e-5)
    assert torch.allclose(texts.norm(dim=1), torch.ones(2), atol=1e-5)
    assert encoded.gates.shape == (2, 4)
    assert torch.allclose(encoded.gates.sum(1), torch.ones(2), atol=1e-5)


@pytest.mark.parametrize("base", BASES)
def test_merged_and_live_adapters_agree(base: str) -> None:
    model = make(base)
    pixels, _ = inputs(model)
    with torch.no_grad():
        bare = model.encode_frames(pixels).embedding
        add_lora(model.clip, rank=8, alpha=16)
        wake(model.clip.visual)
        live = model.encode_frames(pixels).embedding
        merge_lora(model.clip)
        merged = model.encode_frames(pixels).embedding
    assert (live - merged).abs().max() < 1e-5
    assert (live - bare).abs().max() > 1e-4


@pytest.mark.parametrize("base", BASES)
def test_every_adapter_and_head_parameter_receives_gradient(base: str) -> None:
    model = make(base)
    model.clip.requires_grad_(False)
    add_lora(model.clip, rank=8, alpha=16)
    wake(model.clip.visual)
    assert_all_move(model)
    adapters = [name for name, _ in model.named_parameters() if "lora_" in name]
    assert len(adapters) == 2 * 3 * model.shape.layers


def test_every_part_of_the_small_clip_receives_gradient() -> None:
    assert_all_move(make(SMALL_BASE))


def assert_all_move(model: EntClip) -> None:
    """A loss that uses everything reaches every parameter that is to be trained."""
    model.head.prototypes.normal_()
    for gate in model.head.gates:
        nn.init.normal_(gate.weight)
    encoded, texts = model(*inputs(model))
    logits = model.head.class_logits(encoded.embedding, model.head.prototypes)
    contrast = model.clip.logit_scale.exp() * encoded.embedding @ texts.T
    (logits.log_softmax(1)[:, 0].sum() + contrast.log_softmax(1)[:, 0].sum()).backward()
    still = [
        name
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
    ]
    assert still == []


def test_trimming_texts_changes_nothing() -> None:
    model = make(SMALL_BASE)
    _, tokens = inputs(model)
    tokens[1, 4:9] = tokens[1, 3]
    tokens[1, 3:8] = 11
    with torch.no_grad():
        whole = model.clip.encode_text(tokens, normalize=True)
        assert torch.allclose(model.encode_texts(tokens), whole, atol=1e-5)


def test_without_the_slerp_join_the_fused_vector_stands_alone() -> None:
    joined, alone = make(SMALL_BASE), make(SMALL_BASE, slerp_join=False)
    pixels, _ = inputs(joined)
    with torch.no_grad():
        joined.head.join_logit.fill_(-30.0)
        assert torch.allclose(
            joined.encode_frames(pixels).embedding, alone.encode_frames(pixels).embedding, atol=1e-5
        )
        # At the other end stands CLIP's own embedding, computed by open_clip itself.
        joined.head.join_logit.fill_(30.0)
        own = joined.clip.encode_image(pixels, normalize=True)
        assert torch.allclose(joined.encode_frames(pixels).embedding, own, atol=1e-5)


def test_an_adapter_is_saved_and_loaded_whole(tmp_path: Path) -> None:
    model, other = make(SMALL_BASE), make(SMALL_BASE)
    pixels, _ = inputs(model)
    add_lora(model.clip, rank=4, alpha=8)
    wake(model.clip.visual)
    model.clip.visual.save_pretrained(str(tmp_path))
    load_lora(other.clip, tmp_path)
    with torch.no_grad():
        assert torch.equal(model.encode_frames(pixels)[0], other.encode_frames(pixels)[0])


def test_an_adapter_with_a_missing_or_an_extra_key_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = make(SMALL_BASE)
    add_lora(model.clip, rank=4, alpha=8)
    model.clip.visual.save_pretrained(str(tmp_path))
    path = tmp_path / ADAPTER_WEIGHTS
    state = load_file(path)
    name, tensor = next(iter(state.items()))
    save_file({**state, "surprise": tensor.clone()}, path)
    with pytest.raises(UserError, match="surprise"):
        load_lora(make(SMALL_BASE).clip, tmp_path)
    save_file({key: value for key, value in state.items() if key != name}, path)
    with pytest.raises(UserError, match="lacks the key"):
        load_lora(make(SMALL_BASE).clip, tmp_path)


def test_the_stem_keeps_its_batch_statistics() -> None:
    stem = Lite0Stem(32).train()
    before = {name: value.clone() for name, value in stem.named_buffers()}
    assert stem(torch.randn(2, 3, 64, 64)).shape == (2, 32, 4, 4)
    for name, value in stem.named_buffers():
        assert torch.equal(value, before[name])


def test_gates_weigh_levels_and_start_even() -> None:
    head = FusionHead(widths=(12, 8, 8), embed_dim=6, classes=7)
    tokens = [torch.randn(4, width) for width in (12, 8, 8)]
    fused, gates, levels = head(tokens)
    assert torch.allclose(gates, torch.full((4, 3), 1 / 3))
    assert torch.allclose(fused.norm(dim=1), torch.ones(4), atol=1e-6)
    assert torch.allclose(levels.norm(dim=2), torch.ones(4, 3), atol=1e-6)
    nn.init.constant_(head.gates[1].bias, 50.0)
    _, gates, _ = head(tokens)
    assert torch.allclose(gates[:, 1], torch.ones(4))


def test_in_training_levels_are_hidden_from_some_frames_but_never_all() -> None:
    torch.manual_seed(0)
    head = FusionHead(widths=(8, 8, 8), embed_dim=6, classes=7)
    head.level_dropout = 0.7
    tokens = [torch.randn(200, 8) for _ in range(3)]
    _, gates, _ = head.train()(tokens)
    hidden = float((gates == 0).float().mean())
    assert hidden == pytest.approx(0.7 - 0.7**3, abs=0.06), "frames without a level keep them all"
    assert torch.allclose(gates.sum(1), torch.ones(200))
    _, gates, _ = head.eval()(tokens)
    assert torch.allclose(gates, torch.full((200, 3), 1 / 3))


@pytest.mark.parametrize("width", [4, 5])
def test_halves_of_a_mirrored_picture_swap_their_sign(width: int) -> None:
    maps = torch.randn(2, 3, 4, width)
    plain, mirrored = pool_halves(maps), pool_halves(maps.flip(-1))
    assert plain.shape == (2, 6)
    assert torch.allclose(plain[:, :3], mirrored[:, :3], atol=1e-6)
    assert torch.allclose(plain[:, 3:], -mirrored[:, 3:], atol=1e-6)
    assert plain[:, 3:].abs().min() > 1e-3


@pytest.mark.parametrize("base", BASES)
def test_level_0_is_the_picture_before_any_block(base: str) -> None:
    torch.manual_seed(0)
    model = EntClip(EntClipConfig(base, (0, 3, 12))).eval()
    pixels, _ = inputs(model)
    with torch.no_grad():
        before = model.encode_frames(pixels)
        model.clip.visual.transformer.resblocks[0].mlp.c_proj.weight.mul_(3)
        after = model.encode_frames(pixels)
    assert before.gates.shape == (2, 3)
    assert torch.equal(before.levels[:, 0], after.levels[:, 0])
    assert not torch.allclose(before.levels[:, 1], after.levels[:, 1])


def test_a_prototype_is_the_normalised_mean_of_its_prompts() -> None:
    embeddings = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    means = class_prototypes(embeddings, torch.tensor([0, 0, 1]), 2)
    half = 0.5**0.5
    assert torch.allclose(means, torch.tensor([[half, half], [-1.0, 0.0]]))


def test_an_unknown_base_is_named() -> None:
    with pytest.raises(UserError, match="nonesuch"):
        create_base("nonesuch")


def test_paper_profile_is_the_model_of_the_paper() -> None:
    shape = base_shape(PAPER_BASE)
    assert (shape.image_size, shape.width, shape.layers, shape.embed_dim) == (224, 768, 12, 512)


def test_a_texts_query_moves_towards_the_classes_it_names() -> None:
    head = FusionHead(widths=(8,), embed_dim=4, classes=2)
    head.class_weight.data = torch.eye(4)[:2] * 3
    text = torch.eye(4)[3:]

    first = head.text_query(text, torch.tensor([[1.0, 0.0]]))[0]
    torn = head.text_query(text, torch.tensor([[0.5, 0.5]]))[0]

    angle = math.radians(90 * CLASS_PULL)
    expected = torch.tensor([math.sin(angle), 0, 0, math.cos(angle)])
    assert torch.allclose(first, expected, atol=1e-6)
    assert torch.allclose(torn[0], torn[1])
    assert torch.allclose(torn.norm(), torch.tensor(1.0))
