"""What a class is read from stays in view, sharp and lit."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from entdemo.phantom import ear, lens
from entdemo.phantom.frame import draw_scene
from entdemo.phantom.framing import Framing, Style, following, framed, random_framing
from entdemo.phantom.lens import STYLES, expose
from entdemo.phantom.scene import Camera, Focus

SIZE = 96


def place_in(framing: Framing, focus: Focus) -> tuple[float, float]:
    half = framing.diameter / 2
    return framing.x + focus.x * half, framing.y + focus.y * half


@pytest.mark.parametrize("style", STYLES)
def test_the_focus_lies_in_the_frame(style: Style) -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        focus = Focus(float(rng.uniform(-0.45, 0.45)), float(rng.uniform(-0.45, 0.45)), 0.2)
        framing = following(random_framing(style, rng), focus)
        x, y = place_in(framing, focus)
        assert 0 < x < framing.width
        assert 0 < y < framing.height


def test_a_picture_that_fills_the_frame_goes_on_filling_it() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        framing = following(random_framing("closeup", rng), Focus(0.9, -0.9, 0.1))
        half = framing.diameter / 2 + 1e-6
        assert framing.x - half <= 0 <= framing.width <= framing.x + half
        assert framing.y - half <= 0 <= framing.height <= framing.y + half


def test_most_frames_are_the_tower_s_disc_and_few_are_white_pages_or_grey() -> None:
    rng = np.random.default_rng(0)
    styles = [lens.random_style("rhinoscope", rng) for _ in range(2000)]
    framings = [random_framing(style, rng) for style in styles]
    white = [framing.surround > 200 for framing in framings]
    assert styles.count("disc") / 2000 > 0.55
    assert styles.count("grey") / 2000 < 0.05
    assert 0.02 < np.mean(white) < 0.12


def test_photographs_fill_their_frame() -> None:
    for seed in range(40):
        for style in ("square", "closeup"):
            framing = random_framing(style, np.random.default_rng(seed), "photograph")
            assert not framing.masked
            assert framing.diameter >= max(framing.width, framing.height)


def test_a_white_page_surrounds_the_disc() -> None:
    picture = Image.new("RGB", (SIZE, SIZE), (120, 60, 50))
    page = Framing(200, 200, 200, 100, 100, True, surround=255)
    frame = np.asarray(framed(picture, page, np.random.default_rng(0)))
    assert frame[:20, :20].min() == 255
    assert tuple(frame[100, 100]) == (120, 60, 50)


def test_an_octagon_has_its_corners_cut() -> None:
    picture = Image.new("RGB", (SIZE, SIZE), (120, 60, 50))
    shape = Framing(200, 200, 200, 100, 100, True, rounded=0.25, cut=True)
    frame = np.asarray(framed(picture, shape, np.random.default_rng(0)))
    assert frame[15, 15].max() == 0
    assert frame[35, 35, 0] == 120
    assert frame[2, 100, 0] == 120


def test_a_speculum_leaves_the_focus_in_sight() -> None:
    picture = Image.new("RGB", (SIZE, SIZE), (200, 200, 200))
    for seed in range(30):
        rng = np.random.default_rng(seed)
        focus = Focus(*(float(at) for at in rng.uniform(-0.4, 0.4, 2)), 0.2)
        seen = np.asarray(lens._speculum(picture, rng, focus))
        row, column = (int((at + 1) / 2 * SIZE) for at in (focus.y, focus.x))
        assert seen[row, column].min() > 150
        assert seen[0, 0].max() < 90


def test_gain_lifts_a_dark_focus_and_leaves_a_bright_one() -> None:
    dim, focus = np.full((SIZE, SIZE, 3), 1e-3, np.float32), Focus(0.0, 0.0, 0.4)
    for seed in range(12):
        frame = expose(dim, "square", np.random.default_rng(seed), focus=focus)
        grey = np.asarray(Image.fromarray(frame).convert("L"))
        height, width = grey.shape
        middle = grey[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5]
        assert middle.mean() / 255 > 0.1
    picture = Image.new("RGB", (SIZE, SIZE), (120, 90, 80))
    np.testing.assert_array_equal(np.asarray(lens._gained(picture, focus)), np.asarray(picture))


def test_a_small_focus_is_blurred_less() -> None:
    lines = np.zeros((SIZE, SIZE, 3), np.float32)
    lines[:, ::8] = 0.8

    def contrast(radius: float) -> float:
        picture = Image.fromarray((lines * 255).astype(np.uint8))
        stds = [
            np.asarray(lens._optics(picture, np.random.default_rng(seed), 1.0, radius)).std()
            for seed in range(20)
        ]
        return float(np.mean(stds))

    assert contrast(0.1) > 1.3 * contrast(1.0)


def test_ears_and_larynges_have_a_focus_that_a_mirror_moves() -> None:
    right = draw_scene("ear-right", np.random.default_rng(3), SIZE).focus
    left = draw_scene("ear-left", np.random.default_rng(3), SIZE).focus
    assert right is not None
    assert left == Focus(-right.x, right.y, right.radius)
    assert draw_scene("vc-open", np.random.default_rng(3), SIZE).focus is not None


def test_fungus_leaves_the_handle_in_sight() -> None:
    rng = np.random.default_rng(1)
    drum = ear._Ear(rng, SIZE, ear.random_view(rng), "hyphae")
    spared = ear._on_handle(drum)
    on = np.hypot(drum.u - drum.umbo[0], drum.v - drum.umbo[1]) < 0.05
    assert spared[on].min() > 0.95
    assert spared[np.hypot(drum.u, drum.v) > 1.6].max() == 0


def test_octagons_are_commoner_from_laryngoscopes() -> None:
    def share(camera: Camera) -> float:
        rng = np.random.default_rng(3)
        return float(np.mean([random_framing("square", rng, camera).cut for _ in range(400)]))

    assert share("laryngoscope") > 0.25
    assert share("laryngoscope") > 2 * share("rhinoscope")
