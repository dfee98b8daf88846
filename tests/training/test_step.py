"""A batch in chunks, or over processes, leaves the gradients of the whole batch."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import fields, replace

import pytest
import torch
from accelerate import Accelerator
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from entdemo.training.batches import Batch
from entdemo.training.config import ObjectiveConfig
from entdemo.training.distributed import Sharding
from entdemo.training.objective import Objective
from entdemo.training.step import GradientStep, with_levels
from entdemo.training.texts import TextBatch
from tests.helpers.training import Small, batch


def small() -> Small:
    torch.manual_seed(7)
    return Small()


def objective() -> Objective:
    return Objective(ObjectiveConfig(consistency=0.4))


def gradients(model: Small) -> dict[str, Tensor]:
    return {name: it.grad for name, it in model.named_parameters() if it.grad is not None}


def stepped(
    chunks: int, given: Batch, train_words: bool = True
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    model = small()
    model.words.requires_grad_(train_words)
    terms = GradientStep(Accelerator(cpu=True), model, objective(), chunks)(given)
    return {name: term.detach() for name, term in terms.items()}, gradients(model)


def assert_close(found: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        assert torch.allclose(found[name], tensor, atol=1e-6, rtol=1e-5), name


@pytest.mark.parametrize("chunks", [2, 3, 5])
def test_chunks_leave_the_gradients_of_the_whole_batch(chunks: int) -> None:
    whole_terms, whole = stepped(1, batch())
    terms, found = stepped(chunks, batch())
    assert list(terms) == ["classes", "contrast", "mixup", "sentences", "consistency"]
    assert_close(terms, whole_terms)
    assert_close(found, whole)
    assert all(float(it.abs().sum()) > 0 for name, it in found.items() if "gates" not in name)


def test_a_frozen_text_tower_takes_no_gradient_in_chunks_either() -> None:
    _, whole = stepped(1, batch(), train_words=False)
    _, found = stepped(2, batch(), train_words=False)
    assert "words.weight" not in found
    assert_close(found, whole)


def test_small_batches_instead_would_be_another_objective() -> None:
    _, whole = stepped(1, batch())
    halves = []
    for rows in (torch.arange(0, 3), torch.arange(3, 5)):
        given = batch()
        part = replace(
            given,
            pixels=given.pixels[rows],
            labels=given.labels[rows],
            tags=given.tags[rows],
            captions=given.captions[rows],
            partners=torch.arange(len(rows)),
            mix=given.mix[rows],
            clean=None,
        )
        halves.append(stepped(1, part)[1])
    mean = (halves[0]["tower.weight"] + halves[1]["tower.weight"]) / 2
    assert not torch.allclose(mean, whole["tower.weight"], atol=1e-4)


class OneOf:
    """An accelerator of one of several processes; what the others hold is computed here."""

    device = torch.device("cpu")

    def __init__(self, rank: int, count: int) -> None:
        self.process_index, self.num_processes = rank, count
        self.answers: list[Tensor] = []

    def gather(self, own: Tensor) -> Tensor:
        whole = self.answers.pop(0)
        assert torch.allclose(whole[self.process_index * len(own) :][: len(own)], own, atol=1e-6)
        return whole

    def autocast(self) -> nullcontext[None]:
        return nullcontext()

    def backward(self, loss: Tensor) -> None:
        loss.backward()

    def reduce(self, flat: Tensor, how: str) -> Tensor:
        assert how == "mean"
        return flat


def padded(rows: Tensor, count: int) -> Tensor:
    size = -(-len(rows) // count)
    return torch.cat([rows, rows[-1:].expand(size * count - len(rows), *rows.shape[1:])])


@torch.no_grad()
def what_all_hold(given: Batch, count: int) -> list[Tensor]:
    """Clean frames are gathered last but computed as arguments: frames, texts, clean."""
    model = small()
    tokens = torch.cat([given.texts.tokens, given.sentence_tokens, given.prompt_tokens])
    encoded, texts = model(given.pixels, tokens)
    clean = model.encode_frames(given.clean).embedding
    return [padded(it, count) for it in (with_levels(encoded), texts, clean)]


@pytest.mark.parametrize(("count", "chunks"), [(2, 1), (3, 1), (2, 2)])
def test_processes_together_leave_the_gradients_of_one(count: int, chunks: int) -> None:
    wanted_terms, wanted = stepped(1, batch())
    each: list[dict[str, Tensor]] = []
    for rank in range(count):
        model, process = small(), OneOf(rank, count)
        process.answers = what_all_hold(batch(), count)
        terms = GradientStep(process, model, objective(), chunks)(batch())
        assert_close({name: it.detach() for name, it in terms.items()}, wanted_terms)
        each.append(gradients(model))
    mean = {name: sum(own[name] for own in each) / count for name in each[0]}
    assert_close(mean, wanted)


def test_one_process_hands_its_rows_on() -> None:
    sharding, rows = Sharding(Accelerator(cpu=True)), torch.rand(3, 2, requires_grad=True)
    assert sharding.shard(rows) is rows
    assert sharding.gather(rows, 3) is rows


def test_a_step_on_a_gpu_mixes_no_devices() -> None:
    """Shapes and devices alone, so that no GPU is needed; the way back follows the way there."""
    process = OneOf(0, 1)
    process.device = torch.device("cuda", 0)
    process.backward = lambda loss: None
    given = batch()
    with FakeTensorMode(shape_env=ShapeEnv()) as fake:
        with torch.device(process.device):
            model = Small()
        named = {it.name: getattr(given, it.name) for it in fields(given)}
        tensors = {name: it for name, it in named.items() if it is not None}
        texts = TextBatch(*(fake.from_tensor(it) for it in vars(tensors.pop("texts")).values()))
        on_cpu = {name: fake.from_tensor(it) for name, it in tensors.items()}
        terms = GradientStep(process, model, objective(), 1)(Batch(**on_cpu, texts=texts))
    assert {it.device for it in terms.values()} == {process.device}
