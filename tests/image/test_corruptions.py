"""Degradations look like what they are named after, and never move left to right."""

from __future__ import annotations

import pytest
import torch
from torchvision.transforms import v2

from entdemo.image import corruptions
from entdemo.image.corruptions import DiscCrop, Glare, UnevenLight
from entdemo.training.augment import Augment
from entdemo.training.config import AugmentConfig


def one_sided(size: int = 48) -> torch.Tensor:
    """uint8 [8, 3, S, S]: red on the left, blue on the right."""
    squares = torch.zeros(8, 3, size, size, dtype=torch.uint8)
    squares[:, 0, :, : size // 2] = 160
    squares[:, 2, :, size // 2 :] = 160
    return squares


def test_glare_adds_white_alone() -> None:
    torch.manual_seed(0)
    frames = one_sided().float() / 255
    found = Glare()(frames)
    assert bool((found >= frames).all())
    assert float(found.max()) <= 1
    changed = found - frames > 0.3
    assert 0 < float(changed.float().mean()) < 0.3


def test_uneven_light_darkens_far_from_the_lamp_and_keeps_colours() -> None:
    torch.manual_seed(0)
    frames = torch.full((1, 3, 48, 48), 0.5)
    for _ in range(10):
        found = UnevenLight()(frames)
        assert torch.equal(found[:, 0], found[:, 1])
        assert float(found.max()) <= 0.5 * 1.35
        assert float(found.max()) > 1.3 * float(found.min())


def test_the_disc_crop_keeps_the_middle() -> None:
    torch.manual_seed(0)
    for _ in range(10):
        found = DiscCrop()(one_sided(100))
        assert 55 <= found.shape[-1] <= 80
        assert found.shape[-2] == found.shape[-1]
        assert bool((found[:, 0, :, 0] == 160).all())
        assert bool((found[:, 2, :, -1] == 160).all())


@pytest.mark.parametrize("config", [AugmentConfig(), AugmentConfig(disc_crop=1, light=1, glare=1)])
def test_left_stays_left(config: AugmentConfig) -> None:
    torch.manual_seed(0)
    augment = Augment(32, config)
    for _ in range(20):
        for pixels in augment(one_sided()):
            assert pixels.shape == (8, 3, 32, 32)
            assert float(pixels.min()) >= 0
            assert float(pixels.max()) <= 1
        _, clean = augment(one_sided())
        red, blue = clean[:, 0].mean((0, 1)), clean[:, 2].mean((0, 1))
        columns = torch.arange(32.0)
        assert float((red * columns).sum() / red.sum()) < float((blue * columns).sum() / blue.sum())


def test_no_transform_mirrors_and_none_turns_far() -> None:
    augment = Augment(32, AugmentConfig(disc_crop=1, light=1, glare=1))
    steps = [*augment.pose.transforms, *augment.look.transforms, augment.hide]
    inner = [it for step in steps for it in getattr(step, "transforms", [step])]
    assert not any("Flip" in type(it).__name__ for it in inner)
    turns = [it.degrees for it in inner if isinstance(it, v2.RandomAffine)]
    assert turns == [[-15.0, 15.0]]


def test_degradations_that_are_off_draw_nothing() -> None:
    torch.manual_seed(0)
    plain = Augment(32, AugmentConfig())
    assert len(plain.pose.transforms) == 2
    assert len(plain.look.transforms) == 3


def test_each_function_does_what_it_is_named_after() -> None:
    frames = one_sided(64).float() / 255
    torch.testing.assert_close(corruptions.dim(frames, 0.25) ** 2.2, frames**2.2 * 0.25)
    edge = frames.diff(dim=-1).abs().amax()
    assert corruptions.blur(frames, 0.05).diff(dim=-1).abs().amax() < edge / 4
    assert float((corruptions.noise(frames, 0.1) - frames).std()) == pytest.approx(0.07, abs=0.03)
    coarse, fine = (
        (corruptions.jpeg(frames, quality) - frames).abs().mean() for quality in (5, 95)
    )
    assert coarse > 3 * fine
    green = corruptions.narrow_band(frames, 1.0, 1.0)
    assert float(green[:, 0].max()) == 0, "there is no green light to show as red"
    torch.testing.assert_close(green[:, 1], frames[:, 2])


def test_a_spot_is_round_where_it_is_put_on_a_wide_frame() -> None:
    found = corruptions.spot(torch.zeros(3, 50, 100), x=1.0, y=0.0, radius=0.3)[0]
    rows, columns = (found > 0.5).nonzero(as_tuple=True)
    assert float(columns.float().mean()) == pytest.approx(74.5, abs=1)
    assert float(rows.float().mean()) == pytest.approx(24.5, abs=1)
    assert len(rows.unique()) == pytest.approx(len(columns.unique()), abs=1)
