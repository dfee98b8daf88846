import numpy as np
import pytest

from entdemo.phantom import shapes
from entdemo.phantom.march import Camera, ball, trace


def test_grid_covers_the_picture_symmetrically() -> None:
    x, y = shapes.grid(8)
    assert x.dtype == y.dtype == np.float32
    np.testing.assert_allclose(x, -x[:, ::-1])
    np.testing.assert_allclose(x, y.T)
    assert x[0, 0] == pytest.approx(-0.875)


@pytest.mark.parametrize(
    ("distance", "inside", "outside"),
    [
        (lambda x, y: shapes.sd_circle(x, y, (0.2, 0.0), 0.5), (0.2, 0.0), (0.9, 0.0)),
        (lambda x, y: shapes.sd_ellipse(x, y, (0.0, 0.0), (0.8, 0.3)), (0.7, 0.0), (0.0, 0.5)),
        (
            lambda x, y: shapes.sd_capsule(x, y, (-0.5, 0.0), (0.5, 0.0), 0.2),
            (0.5, 0.1),
            (0.0, 0.4),
        ),
    ],
)
def test_distances_are_negative_inside(distance, inside, outside) -> None:
    at = [np.array([[value]], np.float32) for value in (*inside, *outside)]
    assert distance(at[0], at[1])[0, 0] < 0 < distance(at[2], at[3])[0, 0]


def test_bezier_keeps_its_ends_and_bends_to_its_control() -> None:
    curve = shapes.bezier([(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)], 4)
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 0.0)
    assert curve[2] == pytest.approx((0.5, 0.5))


def test_smooth_union_is_never_farther_than_the_nearer_part() -> None:
    a, b = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21))
    a, b = shapes.f32(a), shapes.f32(b)
    assert (shapes.smooth_min(a, b, 0.2) <= np.minimum(a, b) + 1e-6).all()
    assert (shapes.smooth_max(a, b, 0.2) >= np.maximum(a, b) - 1e-6).all()


def test_gradient_of_a_slope() -> None:
    x, y = shapes.grid(32)
    dx, dy = shapes.gradient(shapes.f32(2 * x - 3 * y))
    np.testing.assert_allclose(dx[4:-4, 4:-4], 2, rtol=1e-3)
    np.testing.assert_allclose(dy[4:-4, 4:-4], -3, rtol=1e-3)


def test_strokes_mark_only_their_line() -> None:
    mask = shapes.strokes(40, [([(-0.8, 0.0), (0.8, 0.0)], 0.1)])
    assert mask.shape == (40, 40)
    assert mask[20, 20] > 0.9
    assert mask[5, 20] == 0


def test_tracing_finds_a_ball_before_a_wall() -> None:
    def parts(x, y, z):
        return [ball(x, y, z, (0.0, 0.0, 2.0), (0.5, 0.5, 0.5)), shapes.f32(4 - z)]

    hits = trace(parts, Camera((0.0, 0.0, 0.0), 0.0, 0.0, 0.0), 64, 32)
    assert hits.depth[32, 32] == pytest.approx(1.5, abs=0.05)
    assert hits.depth[32, 2] == pytest.approx(4.0, abs=0.1)
    assert hits.shares[0][32, 32] > 0.9


def test_camera_projects_what_lies_on_its_right_to_the_right() -> None:
    camera = Camera((0.0, 0.0, 0.0), 0.0, 0.0, 0.0)
    px, py = camera.project((0.5, -0.25, 1.0))
    assert px == pytest.approx(0.6)
    assert py == pytest.approx(-0.3)
