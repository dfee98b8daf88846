import numpy as np
import pytest

from entdemo.phantom import draw, light
from entdemo.phantom.frame import draw_scene
from entdemo.phantom.framing import random_framing
from entdemo.phantom.lens import STYLES
from entdemo.taxonomy import CLASSES, findings_of, region_of


def test_a_seed_gives_the_same_frame_again() -> None:
    first, again = draw(11), draw(11)
    np.testing.assert_array_equal(first.rgb, again.rgb)
    assert (first.caption_en, first.caption_vi) == (again.caption_en, again.caption_vi)
    assert first.facts == again.facts
    assert not np.array_equal(first.rgb, draw(18, style=first.style).rgb)


def test_classes_take_turns() -> None:
    for seed in range(7, 14):
        phantom = draw(seed)
        assert phantom.facts.class_name == CLASSES[seed % 7]
        keys = {finding.key for finding in findings_of(region_of(phantom.facts.class_name))}
        assert phantom.facts.finding in keys
        assert phantom.seed == seed


@pytest.mark.parametrize("style", STYLES)
def test_styles(style: str) -> None:
    for seed in range(3):
        phantom = draw(seed, style=style)
        height, width, channels = phantom.rgb.shape
        assert phantom.rgb.dtype == np.uint8
        assert channels == 3
        assert phantom.style == style
        assert phantom.rgb.std() > 3
        if style == "disc":
            assert (height, width) == (480, 640)
            assert phantom.rgb[:, :20].mean() < 40
        if style == "square":
            assert height == width
        if style == "grey":
            assert np.ptp(phantom.rgb.astype(int), axis=-1).mean() < 3


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="style"):
        draw(0, style="round")
    with pytest.raises(ValueError, match="elbow"):
        draw(0, "elbow")


def test_captions_name_the_side() -> None:
    for name, english, vietnamese in (
        ("ear-left", "left", "trái"),
        ("nose-right", "right", "phải"),
    ):
        phantom = draw(4, name)
        assert english in phantom.caption_en.lower()
        assert vietnamese in phantom.caption_vi.lower() or "(" in phantom.caption_vi


def test_light_falls_with_depth_and_keeps_shape() -> None:
    scene = draw_scene("nose-right", np.random.default_rng(1), 64)
    linear = light.shade(scene, np.random.default_rng(2))
    assert linear.shape == (64, 64, 3)
    assert linear.dtype == np.float32
    assert np.isfinite(linear).all()
    deep = scene.depth > np.percentile(scene.depth, 95)
    near = scene.depth < np.percentile(scene.depth, 50)
    assert linear[deep].mean() < linear[near].mean()


def test_closeups_keep_the_middle_of_the_picture() -> None:
    for seed in range(50):
        framing = random_framing("closeup", np.random.default_rng(seed))
        assert 0.2 < framing.x / framing.width < 0.8
        assert framing.diameter >= max(framing.width, framing.height)
