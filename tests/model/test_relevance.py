from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from entdemo.bundle.weights import Bundle, load_bundle
from entdemo.image.frame import frame_from_array
from entdemo.model.network import EntClip
from entdemo.model.relevance import relevance
from entdemo.phantom import draw
from entdemo.settings import Settings
from entdemo.taxonomy import CLASSES

SEEDS = range(40, 52)
CELLS = 16


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(Path(Settings().weights))


@pytest.fixture(scope="module")
def squares(bundle: Bundle) -> list[Tensor]:
    """Normalised pixels of drawn frames that show a disc on black."""
    size = bundle.preprocess.image_size
    frames = [frame_from_array(draw(seed, style="disc").rgb) for seed in SEEDS]
    return [bundle.preprocess.tensor(frame.square(size)[None]) for frame in frames]


@torch.no_grad()
def margin(model: EntClip, pixels: Tensor, label: int | None = None) -> tuple[float, int]:
    """The logit of a class, or of the likeliest one, over the mean of all."""
    embedding = model.encode_frames(pixels).embedding
    logits = model.head.class_logits(embedding, model.head.prototypes)[0]
    label = int(logits.argmax()) if label is None else label
    return float(logits[label] - logits.mean()), label


def without(pixels: Tensor, cells: Tensor) -> Tensor:
    """The frame with some cells of the grid blurred away. Args: cells: [g, g] bool."""
    side = pixels.shape[-1]
    mask = torch.nn.functional.interpolate(cells[None, None].float(), size=(side, side))
    coarse = torch.nn.functional.avg_pool2d(pixels, CELLS)
    blurred = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bilinear")
    return pixels * (1 - mask) + blurred * mask


def test_taking_away_what_counted_most_costs_more_than_what_counted_least(
    bundle: Bundle, squares: list[Tensor]
) -> None:
    most = least = 0.0
    for pixels in squares:
        whole, label = margin(bundle.model, pixels)
        seen = relevance(bundle.model, pixels, label)
        count = seen.numel() // 4
        order = seen.flatten().argsort()
        for cells in (order[:count], order[-count:]):
            mask = torch.zeros(seen.numel(), dtype=torch.bool)
            mask[cells] = True
            left, _ = margin(bundle.model, without(pixels, mask.reshape(seen.shape)), label)
            if cells[0] == order[0]:
                least += whole - left
            else:
                most += whole - left
    assert most > 3 * abs(least)


def test_the_black_around_the_disc_counts_next_to_nothing(
    bundle: Bundle, squares: list[Tensor]
) -> None:
    black = bundle.preprocess.tensor(torch.zeros(1, 16, 16, 3, dtype=torch.uint8).numpy()).amax()
    shares = []
    for pixels in squares:
        seen = relevance(bundle.model, pixels, margin(bundle.model, pixels)[1])
        light = torch.nn.functional.max_pool2d(pixels.amax(1, keepdim=True), CELLS)[0, 0]
        outside = light < black + 0.1
        assert outside.any()
        shares.append(float(seen[outside].mean() / seen[~outside].mean()))
    assert sum(shares) / len(shares) < 0.15
    assert max(shares) < 0.5


def test_values_are_shares_of_the_largest_and_classes_differ(
    bundle: Bundle, squares: list[Tensor]
) -> None:
    grid = bundle.preprocess.image_size // CELLS
    maps = [relevance(bundle.model, squares[0], label) for label in range(len(CLASSES))]
    assert all(seen.shape == (grid, grid) and seen.min() >= 0 for seen in maps)
    assert max(float(seen.max()) for seen in maps) == pytest.approx(1)
    assert not torch.allclose(maps[0], maps[-1])


def test_nothing_in_the_model_is_changed(bundle: Bundle, squares: list[Tensor]) -> None:
    before = bundle.model.encode_frames(squares[1]).embedding.detach()
    relevance(bundle.model, squares[1], 0)
    assert torch.equal(bundle.model.encode_frames(squares[1]).embedding.detach(), before)
    assert all(parameter.grad is None for parameter in bundle.model.parameters())
