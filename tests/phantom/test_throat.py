"""The drawn throat: repeatable, within ranges, and true to its facts."""

from __future__ import annotations

import numpy as np
import pytest

from entdemo.phantom import throat
from entdemo.phantom.facts import Observation
from entdemo.phantom.layers import Layers
from entdemo.phantom.scene import Scene
from entdemo.phantom.throat_mouth import draw_tonsil
from entdemo.phantom.throat_shape import local_grid, sample_palette, sample_throat
from entdemo.taxonomy import findings_of

SIZE = 64


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [throat.draw(np.random.default_rng([3, seed]), SIZE) for seed in range(120)]


def test_same_seed_same_scene() -> None:
    first, second = (throat.draw(np.random.default_rng(5), SIZE) for _ in range(2))
    assert first.facts == second.facts
    np.testing.assert_array_equal(first.albedo, second.albedo)
    np.testing.assert_array_equal(first.depth, second.depth)


def test_arrays_have_the_scene_s_shapes_types_and_ranges(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert scene.albedo.shape == (SIZE, SIZE, 3)
        assert scene.depth.shape == scene.wet.shape == (SIZE, SIZE)
        for array in (scene.albedo, scene.depth, scene.wet):
            assert array.dtype == np.float32
            assert np.isfinite(array).all()
        assert 0 <= scene.albedo.min() <= scene.albedo.max() <= 1
        assert 0.29 < scene.depth.min() <= scene.depth.max() <= 5
        assert 0 <= scene.wet.min() <= scene.wet.max() <= 1


def test_facts_name_throat_findings_and_all_are_reached(scenes: list[Scene]) -> None:
    known = {finding.key for finding in findings_of("throat")}
    assert {scene.facts.class_name for scene in scenes} == {"throat"}
    assert {scene.facts.finding for scene in scenes} == known
    for scene in scenes:
        keys = [seen.key for seen in scene.facts.observations]
        assert len(keys) == len(set(keys)) <= 2


def test_only_tonsils_have_a_side(scenes: list[Scene]) -> None:
    for seen in (seen for scene in scenes for seen in scene.facts.observations):
        assert (seen.side is not None) == (seen.key in ("tonsils", "exudate"))


def test_an_enlarged_tonsil_lies_on_the_side_that_the_facts_name() -> None:
    seen = (Observation("tonsils", side="left", size="large"),)
    shape = sample_throat("mouth", seen, np.random.default_rng(0))
    assert shape.tonsil[1] > 0.7 > 0.4 > shape.tonsil[0]
    local = local_grid(shape, SIZE, np.random.default_rng(1))
    palette = sample_palette(False, np.random.default_rng(2))
    layers = Layers.wall(SIZE, palette.base, 2.0, 0.5)
    mask = draw_tonsil(layers, local, shape, palette, False, np.random.default_rng(3))
    assert np.average(local.x, weights=mask) > 0.2


def test_photographs_are_taken_of_mouths_alone(scenes: list[Scene]) -> None:
    cameras = {scene.camera for scene in scenes}
    assert cameras == {"photograph", "pharyngoscope"}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        assert not sample_throat("base", (), rng).photograph
        assert not sample_throat("wall", (), rng).photograph


def test_what_lies_behind_the_tongue_is_not_hidden_by_it() -> None:
    seen = (Observation("exudate", side="both"),)
    for seed in range(40):
        shape = sample_throat("mouth", seen, np.random.default_rng(seed))
        assert shape.tongue >= 0.35
        assert shape.scale >= 0.8
