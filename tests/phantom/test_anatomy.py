"""Sides and findings of drawn ears and noses."""

import numpy as np
import pytest

from entdemo.phantom import ear, nose, nose_cavity
from entdemo.phantom.ear import View
from entdemo.phantom.nose_cavity import random_cavity
from entdemo.taxonomy import findings_of

SIZE = 64
MODULES = {"ear": ear, "nose": nose}


@pytest.mark.parametrize("region", ["ear", "nose"])
def test_left_is_the_mirror_image_of_right(region: str) -> None:
    right = MODULES[region].draw("right", np.random.default_rng(5), SIZE)
    left = MODULES[region].draw("left", np.random.default_rng(5), SIZE)
    np.testing.assert_array_equal(left.albedo, right.albedo[:, ::-1])
    np.testing.assert_array_equal(left.depth, right.depth[:, ::-1])
    np.testing.assert_array_equal(left.wet, right.wet[:, ::-1])
    assert (right.facts.class_name, left.facts.class_name) == (f"{region}-right", f"{region}-left")
    assert left.facts.observations == right.facts.observations


@pytest.mark.parametrize("region", ["ear", "nose"])
def test_every_finding_of_the_region_can_be_drawn(region: str) -> None:
    module = MODULES[region]
    assert set(module.FINDINGS) == {finding.key for finding in findings_of(region)}
    assert sum(module.FINDING_SHARES) == pytest.approx(1)
    for key in module.FINDINGS:
        scene = module.draw("right", np.random.default_rng(3), SIZE, key)
        assert scene.facts.finding == key


@pytest.mark.parametrize("region", ["ear", "nose"])
def test_findings_are_drawn_about_as_often_as_wanted(region: str) -> None:
    module = MODULES[region]
    rng = np.random.default_rng(0)
    drawn = [module._choose_findings(rng, None)[0] for _ in range(2000)]
    for key, share in zip(module.FINDINGS, module.FINDING_SHARES, strict=True):
        assert drawn.count(key) / 2000 == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("region", ["ear", "nose"])
def test_scenes_keep_their_ranges(region: str) -> None:
    for seed in range(6):
        scene = MODULES[region].draw("right", np.random.default_rng(seed), SIZE)
        assert scene.albedo.shape == (SIZE, SIZE, 3)
        for field in (scene.albedo, scene.depth, scene.wet):
            assert field.dtype == np.float32
            assert np.isfinite(field).all()
        assert scene.depth.min() > 0
        assert 0 <= scene.wet.min() <= scene.wet.max() <= 1


def test_cone_of_light_lies_down_and_forward_of_the_umbo() -> None:
    """In a right ear that is the lower right of the picture."""
    view = View((0.0, 0.0), 0.8, 0.0, 1.0, 0.0, 1.0, 0.3)
    offsets = []
    for seed in range(12):
        drum = ear._Ear(np.random.default_rng(seed), SIZE, view, "normal")
        before = drum.canvas.wet.copy()
        ear._cone_of_light(drum)
        gain = drum.canvas.wet - before
        total = gain.sum()
        offsets.append(
            (
                (gain * drum.u).sum() / total - drum.umbo[0],
                (gain * drum.v).sum() / total - drum.umbo[1],
            )
        )
    assert min(u for u, _ in offsets) > 0.02
    assert min(v for _, v in offsets) > 0.1


def test_malleus_handle_leans_forward_and_up() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        drum = ear._Ear(rng, 16, ear.random_view(rng), "normal")
        assert drum.knob[0] > drum.umbo[0]
        assert drum.knob[1] < drum.umbo[1] - 0.4


def test_septum_is_on_the_pictures_right_of_a_right_cavity() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        cavity = random_cavity(rng)
        camera = nose_cavity._random_camera(cavity, rng)
        hits = nose_cavity.trace(cavity.parts, camera, SIZE, SIZE // 2)
        columns = np.linspace(-1, 1, SIZE, dtype=np.float32)[None, :]
        septum, turbinate = hits.shares[nose_cavity._SEPTUM], hits.shares[nose_cavity._INFERIOR]
        assert (septum * columns).sum() / septum.sum() > 0.1
        assert (turbinate * columns).sum() < (septum * columns).sum()
        assert septum.mean() > 0.05


def test_perforation_tells_where_it_is() -> None:
    """The hole lies on the side of the drum that its observation names."""
    view = View((0.0, 0.0), 0.8, 0.0, 1.0, 0.0, 1.0, 0.3)
    for seed in range(12):
        drum = ear._Ear(np.random.default_rng(seed), SIZE, view, "perforation")
        before = drum.canvas.depth.copy()
        ear._perforation(drum)
        deeper = np.clip(drum.canvas.depth - before, 0, None)
        u = (deeper * drum.u).sum() / deeper.sum()
        v = (deeper * drum.v).sum() / deeper.sum()
        place = drum.seen[0].place
        assert {"anterior": u > 0.2, "posterior": u < -0.2, "inferior": v > 0.3}.get(place, True)
