"""Views of the nose: sides, what is in sight, and that what is reported can be seen."""

import numpy as np
import pytest

from entdemo.phantom import nose, nose_back, nose_passage
from entdemo.phantom.nose_domes import PINKS, Domes, Form
from entdemo.phantom.nose_passage import VIEWS, Passage

SIZE = 64
COLUMNS = np.linspace(-1, 1, SIZE, dtype=np.float32)[None, :]


def _passage(seed: int, *chosen: str) -> Passage:
    return Passage(Domes(np.random.default_rng(seed), SIZE, PINKS[0], 2.5), chosen, {}, 0.0)


def test_a_body_hides_what_is_noted_behind_it() -> None:
    domes = Domes(np.random.default_rng(0), SIZE, PINKS[0], 2.5)
    domes.show("polyp", (domes.x < 0).astype(np.float32))
    assert not domes.hidden()
    domes.lay(domes.x - 2, Form(0.5, 1.0, 0.3))
    assert domes.hidden()


def test_a_body_is_nearest_in_its_middle() -> None:
    domes = Domes(np.random.default_rng(0), SIZE, PINKS[0], 2.5)
    mask = domes.lay(domes.egg((0.0, 0.0), (0.5, 0.7)), Form(0.8, 1.2, 0.5), rough=0.0)
    depth = domes.canvas.depth
    assert depth[SIZE // 2, SIZE // 2] == pytest.approx(0.8, abs=0.01)
    assert depth[0, 0] == pytest.approx(2.5)
    assert depth[mask > 0.99].max() < 1.2 + 1e-5


@pytest.mark.parametrize("view", VIEWS)
def test_the_septum_is_the_pictures_right(
    view: nose_passage.View, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the septum covers lies right of the middle, in every view of a right cavity."""
    middles = []
    for seed in range(8):
        passage = _passage(seed)
        covered = []
        septum = nose_passage._septum

        def watched(passage: Passage, *place: object, **more: object) -> None:
            before = passage.domes.canvas.depth.copy()
            septum(passage, *place, **more)  # type: ignore[arg-type]  # noqa: B023
            covered.append(passage.domes.canvas.depth != before)  # noqa: B023

        with monkeypatch.context() as patch:
            patch.setattr(nose_passage, "_septum", watched)
            view(passage)
        assert len(covered) == 1
        middles.append((covered[0] * COLUMNS).sum() / covered[0].sum())
    assert min(middles) > 0.15


def test_the_tube_opens_on_the_left_and_the_septum_ends_on_the_right() -> None:
    for seed in range(10):
        domes = Domes(np.random.default_rng(seed), SIZE, PINKS[0], 2.0)
        before = domes.canvas.depth.copy()
        nose_back._choana(domes)
        nearest = domes.canvas.depth[SIZE // 4 : -SIZE // 4]
        assert nearest[:, -3:].mean() < 0.75 * before.mean()
        domes = Domes(np.random.default_rng(seed), SIZE, PINKS[0], 2.0)
        before = domes.canvas.depth.copy()
        nose_back._tube_opening(domes, (-0.6, 0.0))
        deeper = np.clip(domes.canvas.depth - before, 0, None)
        assert (deeper * COLUMNS).sum() < 0


@pytest.mark.parametrize("finding", ["polyp", "discharge", "epistaxis"])
def test_reported_findings_are_in_sight(finding: str) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        domes, seen = nose_passage.draw_passage(rng, SIZE, (finding,))
        assert finding in seen
        assert not domes.hidden()


def test_every_chosen_finding_is_reported_and_no_other() -> None:
    for seed in range(120):
        rng = np.random.default_rng(seed)
        chosen = nose._choose_findings(np.random.default_rng(seed), None)
        keys = tuple(item.key for item in nose.draw("right", rng, 24).facts.observations)
        assert keys == (() if chosen == ("normal",) else chosen)
