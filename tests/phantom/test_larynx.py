"""The drawn larynx: repeatable, within ranges, and open or closed beyond doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from entdemo.phantom import larynx, larynx_gap
from entdemo.phantom.facts import Side
from entdemo.phantom.larynx_findings import Lesion, draw_lesions
from entdemo.phantom.larynx_parts import find_edges, sample_palette
from entdemo.phantom.larynx_shape import State, local_grid, sample_shape, sample_view
from entdemo.phantom.layers import Layers
from entdemo.phantom.scene import Scene
from entdemo.phantom.shapes import grid
from entdemo.taxonomy import findings_of

STATES: tuple[State, ...] = get_args(State)

SIZE = 64


def _draw(state: State, seed: int) -> Scene:
    return larynx.draw(state, np.random.default_rng([7, seed]), SIZE)


@pytest.fixture(scope="module")
def scenes() -> dict[State, list[Scene]]:
    return {state: [_draw(state, seed) for seed in range(90)] for state in STATES}


def test_same_seed_same_scene() -> None:
    first, second = _draw("open", 1), _draw("open", 1)
    assert first.facts == second.facts
    np.testing.assert_array_equal(first.albedo, second.albedo)
    np.testing.assert_array_equal(first.depth, second.depth)


@pytest.mark.parametrize("state", STATES)
def test_arrays_have_the_scene_s_shapes_types_and_ranges(
    scenes: dict[State, list[Scene]], state: State
) -> None:
    for scene in scenes[state]:
        assert scene.facts.class_name == f"vc-{state}"
        assert scene.albedo.shape == (SIZE, SIZE, 3)
        assert scene.depth.shape == scene.wet.shape == (SIZE, SIZE)
        for array in (scene.albedo, scene.depth, scene.wet):
            assert array.dtype == np.float32
            assert np.isfinite(array).all()
        assert 0 <= scene.albedo.min() <= scene.albedo.max() <= 1
        assert 0.29 < scene.depth.min() <= scene.depth.max() <= 5
        assert 0 <= scene.wet.min() <= scene.wet.max() <= 1


@pytest.mark.parametrize("state", STATES)
def test_all_findings_are_reached(scenes: dict[State, list[Scene]], state: State) -> None:
    known = {finding.key for finding in findings_of("vocal-cords")}
    assert {scene.facts.finding for scene in scenes[state]} == known


def _deep(scene: Scene) -> float:
    """Share of the circle around the glottis that is dim and far behind the rest of it."""
    assert scene.focus is not None
    x, y = grid(SIZE)
    at = np.hypot(x - scene.focus.x, y - scene.focus.y) < 0.8 * scene.focus.radius
    dim, depth = scene.albedo[at].mean(axis=-1) < 0.3, scene.depth[at]
    return float((dim & (depth > np.quantile(depth, 0.3) + 0.25)).mean())


def test_open_cords_leave_a_deep_gap_and_closed_ones_do_not(
    scenes: dict[State, list[Scene]],
) -> None:
    open_gaps = [_deep(scene) for scene in scenes["open"]]
    closed_gaps = [_deep(scene) for scene in scenes["closed"]]
    # tubes fill some open gaps, and closed nodules leave small chinks
    assert np.quantile(open_gaps, 0.1) > 2 * np.quantile(closed_gaps, 0.95)
    assert np.quantile(open_gaps, 0.1) > 0.1


def test_a_lit_trachea_is_lighter_than_the_dark_and_ends_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    darkest, gain = [], []
    for seed in range(40):
        of_seed = []
        for share in (0.0, 1.0):
            monkeypatch.setattr(larynx_gap, "_LIT", share)
            of_seed.append(_draw("open", seed))
        dark, lit = of_seed
        if dark.focus is None or dark.focus.radius < 0.1:
            continue
        gap = dark.albedo.mean(axis=-1) < 0.06  # wherever nothing is seen without light
        if gap.sum() > 20 and not np.array_equal(dark.albedo, lit.albedo):
            gain.append(lit.albedo[gap].mean() / dark.albedo[gap].mean())
            darkest.append(lit.albedo[gap].mean(axis=-1).min())
    assert len(gain) > 15
    assert np.median(gain) > 2
    assert np.median(darkest) < 0.05


def test_sides_are_named_where_one_cord_differs(scenes: dict[State, list[Scene]]) -> None:
    seen = [one for state in STATES for scene in scenes[state] for one in scene.facts.observations]
    assert {one.side for one in seen if one.key == "polyp"} == {"left", "right"}
    assert {one.side for one in seen if one.key == "nodule"} == {"both"}


@pytest.mark.parametrize(("turn", "right_is_at"), [(0.0, -1), (np.pi, 1)])
def test_the_right_cord_keeps_its_side_when_the_view_turns(turn: float, right_is_at: int) -> None:
    rng = np.random.default_rng(2)
    view = replace(sample_view("closed", rng), turn=turn, centre=(0.0, 0.0), length=0.8)
    local = local_grid(view, SIZE, rng)
    edges = find_edges(local, sample_shape("closed", view, rng), (local.u * 0, local.u * 0))
    assert np.sign(np.average(local.x, weights=edges.right)) == right_is_at


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_polyp_lies_on_the_cord_that_the_facts_name(side: Side) -> None:
    rng = np.random.default_rng(4)
    view = replace(sample_view("open", rng), turn=0.0, centre=(0.0, 0.0), length=0.8)
    shape, local = sample_shape("open", view, rng), local_grid(view, SIZE, rng)
    edges = find_edges(local, shape, (local.u * 0, local.u * 0))
    palette = sample_palette(rng)
    layers = Layers.wall(SIZE, palette.base, view.distance, 0.5)
    draw_lesions(layers, local, view, edges, palette, (Lesion("polyp", side, 0.5, 0.1),), rng)
    raised = view.distance - layers.depth
    assert raised.max() > 0.02
    assert (np.average(local.u, weights=np.clip(raised, 0, None)) < 0) == (side == "right")
